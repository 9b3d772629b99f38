/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.digitalpetri.netty.fsm.ChannelFsm;
import com.digitalpetri.netty.fsm.State;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.FaultyDriver;
import io.bascule.testkit.driver.FaultyProxy;
import io.bascule.testkit.driver.NetworkDriverContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.stack.transport.client.tcp.OpcTcpClientTransport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of drivers, to node-opcua, through a proxy that spoils the connection. */
class OpcUaContractTest extends NetworkDriverContract {

    /** Connecting is some twenty messages; the contract's second is too short for it on a machine that is busy. */
    private static final int TIMEOUT_MILLIS = 3000;

    @TempDir
    static Path folder;

    private static Peer peer;
    private static ClientThreads threads;
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);

    @BeforeAll
    static void startPeer() throws Exception {
        peer = Peer.start(folder.resolve("server"));
        threads = new ClientThreads();
        // The first connection of a process loads hundreds of classes.
        Sessions.connected(peer.endpoint(), threads).disconnect();
    }

    @AfterAll
    static void endPeer() {
        if (peer != null) {
            peer.close();
        }
        if (threads != null) {
            threads.close();
        }
    }

    @AfterEach
    void close() {
        lanes.close();
    }

    @Override
    protected DriverRuntime runtime() {
        return lanes;
    }

    @Override
    protected RunningDevice start(String device, Map<String, Object> changes) {
        return lanes.start(
                OpcUaComponent.PID,
                OpcUaComponent.NAME,
                settingsOf(device, changes),
                settings -> new OpcUaDriver(OpcUaSettings.read(settings), threads, new Browser()));
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(TestConfig.with(Map.of(
                "device",
                device,
                "endpoint",
                Peer.endpoint(proxy().port()),
                "securityPolicy",
                "none",
                "channels",
                new String[] {
                    "good=\"nsu=http://bascule.test/machine;s=Temperature\";"
                            + "setpoint=\"nsu=http://bascule.test/machine;s=Setpoint\"(readBack=true);"
                            + "broken=\"nsu=http://bascule.test/machine;s=Missing\""
                })));
        settings.putAll(changes);
        settings.merge("timeoutMillis", TIMEOUT_MILLIS, (a, b) -> Math.max((int) a, (int) b));
        return settings;
    }

    @Override
    protected Map<String, Object> otherPeer() {
        return Map.of("endpoint", peer.endpoint());
    }

    @Override
    protected int peerPort() {
        return peer.port();
    }

    @Override
    protected Value constant() {
        return new Value.F64(42.5);
    }

    @Override
    protected Map<String, Object> underFaults() {
        return Map.of(
                "publishingIntervalMillis",
                50,
                "channels",
                "good=\"nsu=http://bascule.test/machine;s=Temperature\";"
                        + "told=\"nsu=http://bascule.test/machine;s=Temperature\"(scan=on-change)");
    }

    @Override
    protected List<String> constantChannels() {
        return List.of(GOOD, "told");
    }

    @Override
    protected Value refused() {
        return new Value.F64(1001);
    }

    @Override
    protected Map<Map<String, Object>, List<String>> wrongSettings() {
        return Map.of(
                Map.of("endpoint", "http://plc", "securityPolicy", "all", "password", "x"),
                List.of(
                        "3 problems",
                        "endpoint is 'http://plc'; expected opc.tcp://HOST:PORT",
                        "securityPolicy is 'all'; expected one of [none, basic256sha256]",
                        "password is set and user is not"),
                Map.of("channels", "a=temperature; b=\"ns=1;s=b\"(type=int16); c=\"ns=1;s=c\"(element=-2)"),
                List.of(
                        "3 problems",
                        "channel 'a' at 'temperature': 'temperature' is no node; expected for example ns=2;s=",
                        "type='int16' is none of [f64, i64, bool, text, bytes]",
                        "element=-2 is not a whole number from -1"));
    }

    @Override
    protected String threadPrefix() {
        return "io.bascule.core.driver-lane-";
    }

    @Test
    void aServerThatFallsSilentIsLostThoughNothingIsScanned() {
        try (RunningDevice device = start(
                "d",
                Map.of(
                        "timeoutMillis",
                        IMPATIENT_MILLIS,
                        "retryMinMillis",
                        10,
                        "publishingIntervalMillis",
                        50,
                        "channels",
                        "told=\"nsu=http://bascule.test/machine;s=Temperature\"(scan=on-change)"))) {
            Await.until("what it tells by itself", this::isTold);
            proxy().set(FaultyProxy.Fault.DROP);
            Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
            // The watch of the subscription, the library's of the session and its closing of the connection are all
            // right to notice it; which is first is a matter of milliseconds.
            Await.until("a reason that names the server", () -> registry.session("d").orElseThrow().history().stream()
                    .anyMatch(h -> h.startsWith("disconnected: ") && h.contains(Peer.endpoint(proxy().port()))));
            proxy().set(FaultyProxy.Fault.NONE);
            Await.until("its return", () -> device.figures().connections() >= 2 && isTold());
        }
    }

    @Test
    void whatWasGivenUpDoesNotConnectByItself() throws Exception {
        setPeer(FaultyDriver.Mode.SILENT);
        OpcUaSettings settings = OpcUaSettings.read(new DeviceSettings(settingsOf("d", Map.of())));
        assertThrows(
                DriverException.class,
                () -> Connection.open(settings, threads, Deadline.after(Duration.ofMillis(300))));
        setPeer(FaultyDriver.Mode.THERE);
        Await.until("no connection", () -> connections() == 0);
        // The library would connect again for ever; a client that was closed must have come to rest, at the latest when
        // the attempt that was on its way has run out of its time.
        OpcUaClient client = new Connector(settings, threads).client(Deadline.after(Duration.ofSeconds(20)));
        setPeer(FaultyDriver.Mode.SILENT);
        var attempt = client.connectAsync();
        Connection.close(client, threads);
        ChannelFsm state = ((OpcTcpClientTransport) client.getTransport()).getChannelFsm();
        Await.until("its rest", () -> state.getState() == State.NotConnected);
        assertTrue(attempt.isCompletedExceptionally() || !attempt.isDone());
        setPeer(FaultyDriver.Mode.THERE);
        Await.until("no connection", () -> connections() == 0);
    }

    private boolean isTold() {
        return last("d", "told").quality().code() == 0;
    }
}
