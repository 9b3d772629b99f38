/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.DriverContract;
import io.bascule.testkit.driver.FaultyDriver;
import io.bascule.testkit.driver.FaultyProxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of drivers, over TCP to libmodbus, through a proxy that spoils the connection. */
class ModbusContractTest extends DriverContract {

    private static final long SEED = 20_261_121;

    private static Peer peer;
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
    private FaultyProxy proxy;

    @BeforeAll
    static void startPeer() {
        peer = Peer.tcp();
    }

    @AfterAll
    static void endPeer() {
        if (peer != null) {
            peer.close();
        }
    }

    @BeforeEach
    void startProxy() {
        proxy = new FaultyProxy(peer.port(), SEED);
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
        SerialBuses buses = new SerialBuses();
        return lanes.start(
                ModbusComponent.PID,
                ModbusComponent.NAME,
                settingsOf(device, changes),
                settings -> ModbusSettings.driver(settings, buses));
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        // The last two are neighbours, so that they are one block at first: 499 is the last register that the peer has.
        Map<String, Object> settings = new HashMap<>(TestConfig.with(Map.of(
                "device", device, "host", "127.0.0.1", "port", proxy.port(), "retries", 0, "channels", new String[] {
                    "good=input:499;setpoint=holding:10:int16(scale=0.5,readBack=true);broken=input:500"
                })));
        settings.putAll(changes);
        return settings;
    }

    @Override
    protected void setPeer(FaultyDriver.Mode mode) {
        proxy.set(
                switch (mode) {
                    case THERE -> FaultyProxy.Fault.NONE;
                    case GONE -> FaultyProxy.Fault.CUT;
                    case SILENT, HANGING -> FaultyProxy.Fault.DROP;
                });
    }

    @Override
    protected Map<String, Object> otherPeer() {
        return Map.of("port", peer.port());
    }

    @Override
    protected int connections() {
        return proxy.connections();
    }

    @Override
    protected Value refused() {
        return new Value.F64(40_000);
    }

    @Override
    protected Map<Map<String, Object>, List<String>> wrongSettings() {
        return Map.of(
                Map.of("host", "", "unit", 256, "wordOrder", "wild"),
                List.of(
                        "3 problems",
                        "host is empty; expected",
                        "unit is 256; expected 0 to 255",
                        "wordOrder is 'wild'"),
                Map.of("channels", "a=holding:70000; b=coil:1:int16"),
                List.of("channel 'a' at 'holding:70000'", "not within 0 to 65535", "leave out type"),
                Map.of("transport", "rtu", "unit", 0),
                List.of("serialPort is empty; expected", "unit is 0; expected 1 to 247"));
    }

    @Override
    protected String threadPrefix() {
        return "io.bascule.core.driver-lane-";
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyProxy.Fault.class,
            names = {"GARBAGE", "HALF", "DROP", "CUT"})
    void comesBackAfterEveryFaultOfTheNetworkWithoutAWrongValue(FaultyProxy.Fault fault) {
        try (RunningDevice device =
                start("d", Map.of("scanPeriodMillis", 10, "timeoutMillis", 100, "retryMinMillis", 10))) {
            Await.until("a good reading", () -> isGood("d"));
            proxy.set(fault);
            Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
            proxy.set(FaultyProxy.Fault.NONE);
            Await.until("its return", () -> device.figures().state() == ConnectionState.CONNECTED && isGood("d"));
            assertTrue(
                    registry.session("d").orElseThrow().published("d/good").stream()
                            .allMatch(r -> r.value().equals(new Value.I64(1499))),
                    "a wrong value was published");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyProxy.Fault.class,
            names = {"DELAY", "BYTEWISE"})
    void slowAnswersAreAnswers(FaultyProxy.Fault fault) {
        proxy.setDelayMillis(30);
        proxy.set(fault);
        try (RunningDevice device = start("d", Map.of("scanPeriodMillis", 10, "timeoutMillis", 2000))) {
            Await.until(
                    "scans",
                    () -> !device.figures().scans().isEmpty()
                            && device.figures().scans().get(0).scans() > 10);
            assertTrue(isGood("d"));
            assertEquals(1, device.figures().connections());
        }
    }
}
