/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.core.driver.payload.StandardPayloadFormats;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.DriverContract;
import io.bascule.testkit.driver.FaultyDriver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of drivers, to libcoap's server, through a proxy that spoils datagrams. */
class CoapContractTest extends DriverContract {

    private static final long SEED = 20_261_121;

    private static Peer peer;
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
    private FaultyDatagrams proxy;

    @BeforeAll
    static void startPeer() throws Exception {
        peer = Peer.start();
        peer.put("/good", "42", 0);
        peer.put("/setpoint", "0", 0);
    }

    @AfterAll
    static void endPeer() {
        if (peer != null) {
            peer.close();
        }
    }

    @BeforeEach
    void startProxy() {
        proxy = new FaultyDatagrams(peer.port(), SEED);
    }

    @AfterEach
    void close() {
        lanes.close();
        if (proxy != null) {
            proxy.close();
        }
    }

    @Override
    protected DriverRuntime runtime() {
        return lanes;
    }

    @Override
    protected RunningDevice start(String device, Map<String, Object> changes) {
        return lanes.start(
                CoapComponent.PID,
                CoapComponent.NAME,
                settingsOf(device, changes),
                settings -> CoapSettings.driver(settings, new StandardPayloadFormats()));
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(TestConfig.with(Map.of(
                "device",
                device,
                "host",
                "127.0.0.1",
                "port",
                proxy.port(),
                "ackTimeoutMillis",
                100,
                "channels",
                new String[] {"good=/good; broken=/nowhere; setpoint=/setpoint(write=PUT,readBack=true)"})));
        settings.putAll(changes);
        return settings;
    }

    @Override
    protected void setPeer(FaultyDriver.Mode mode) {
        // There is no connection that could be cut: who has gone and who is silent are the same.
        proxy.set(mode == FaultyDriver.Mode.THERE ? FaultyDatagrams.Fault.NONE : FaultyDatagrams.Fault.DROP);
    }

    @Override
    protected Map<String, Object> otherPeer() {
        return Map.of("port", peer.port());
    }

    @Override
    protected int connections() {
        return 0;
    }

    @Override
    protected Value refused() {
        return new Value.F64(Double.NaN);
    }

    @Override
    protected Map<Map<String, Object>, List<String>> wrongSettings() {
        return Map.of(
                Map.of("host", "", "port", 0, "ackTimeoutMillis", 1),
                List.of(
                        "3 problems",
                        "'' is not the name or address of a device",
                        "port is 0; expected 1 to 65535",
                        "ackTimeoutMillis is 1; expected 10 to 60000"),
                Map.of("channels", "a=x; b=/b(write=GET); c=/c(template={value}); d=/d e; f=/f(accept=70000)"),
                List.of(
                        "address 'x' does not begin with '/'",
                        "write='GET' is none of [PUT, POST]",
                        "need the option write",
                        "other characters are written as %XX",
                        "accept=70000 is not a whole number from 0 to 65535"));
    }

    @Override
    protected String threadPrefix() {
        return "io.bascule.core.driver-lane-";
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyDatagrams.Fault.class,
            names = {"GARBAGE", "HALF", "DROP"})
    void comesBackAfterEveryFaultOfTheNetworkWithoutAWrongValue(FaultyDatagrams.Fault fault) {
        try (RunningDevice device =
                start("d", Map.of("scanPeriodMillis", 10, "timeoutMillis", IMPATIENT_MILLIS, "retryMinMillis", 10))) {
            Await.until("a good reading", () -> isGood("d"));
            proxy.set(fault);
            Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
            proxy.set(FaultyDatagrams.Fault.NONE);
            Await.until("its return", () -> device.figures().state() == ConnectionState.CONNECTED && isGood("d"));
            assertTrue(
                    registry.session("d").orElseThrow().published("d/good").stream()
                            .allMatch(r -> r.value().equals(new Value.F64(42))
                                    || r.quality().level() == Quality.Level.BAD),
                    "a wrong value was published");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyDatagrams.Fault.class,
            names = {"DELAY", "LOSS", "TWICE"})
    void slowLostAndRepeatedAnswersAreMadeUpFor(FaultyDatagrams.Fault fault) {
        proxy.setDelayMillis(30);
        proxy.set(fault);
        try (RunningDevice device = start("d", Map.of("scanPeriodMillis", 10, "timeoutMillis", PATIENT_MILLIS))) {
            Await.until(
                    "scans",
                    () -> !device.figures().scans().isEmpty()
                            && device.figures().scans().get(0).scans() > 10
                            && isGood("d"));
            assertEquals(1, device.figures().connections());
        }
    }
}
