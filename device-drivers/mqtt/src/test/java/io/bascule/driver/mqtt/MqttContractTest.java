/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

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
import io.bascule.testkit.driver.FaultyProxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of drivers, through mosquitto and a proxy before it that spoils the connection. */
class MqttContractTest extends DriverContract {

    private static final long SEED = 20_261_121;

    @TempDir
    static Path folder;

    private static Broker broker;
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
    private FaultyProxy proxy;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = Broker.start(folder);
        broker.keep("d/good", "{\"v\":42}");
        broker.keep("d/broken", "n/a");
        broker.keep("d/setpoint", "0");
    }

    @AfterAll
    static void endBroker() {
        if (broker != null) {
            broker.close();
        }
    }

    @BeforeEach
    void startProxy() {
        proxy = new FaultyProxy(broker.port(), SEED);
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
                MqttComponent.PID,
                MqttComponent.NAME,
                settingsOf(device, changes),
                settings -> MqttSettings.driver(settings, new StandardPayloadFormats()));
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(TestConfig.with(Map.of(
                "device",
                device,
                "broker",
                "tcp://127.0.0.1:" + proxy.port(),
                "keepAliveSeconds",
                1,
                "channels",
                new String[] {
                    "good=d/good(pointer=/v); broken=d/broken;"
                            + " setpoint=d/setpoint(writeTopic=d/setpoint,writeRetained=true,readBack=true)"
                })));
        settings.putAll(changes);
        // The contract's 300 ms are what Paho alone takes to connect.
        settings.computeIfPresent("timeoutMillis", (key, millis) -> Math.max(1500, (int) millis));
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
        return Map.of("broker", "tcp://127.0.0.1:" + broker.port());
    }

    @Override
    protected int connections() {
        return proxy.connections();
    }

    @Override
    protected Value refused() {
        return new Value.F64(Double.NaN);
    }

    @Override
    protected Map<Map<String, Object>, List<String>> wrongSettings() {
        return Map.of(
                Map.of("broker", "http://x", "qos", 3, "stateOffline", "online"),
                List.of(
                        "3 problems",
                        "'http://x' is no address of a broker; expected tcp://HOST:PORT or ssl://HOST:PORT",
                        "qos is 3; expected 0 to 2",
                        "stateOnline and stateOffline are both 'online'"),
                Map.of("channels", "a=x/#; b=x(writeRetained=true); c=x(writeTopic=y/+); d=x(confirmTopic=z)"),
                List.of(
                        "channel 'a' at 'x/#'",
                        "not the name of one topic",
                        "need the option writeTopic",
                        "writeTopic 'y/+'"),
                Map.of("password", "secret", "keyStore", "x.p12"),
                List.of("user is empty and password is not", "keyStorePassword is empty", "begins with ssl://"));
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
                start("d", Map.of("scanPeriodMillis", 10, "timeoutMillis", 500, "retryMinMillis", 10))) {
            Await.until("a good reading", () -> isGood("d"));
            proxy.set(fault);
            Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
            proxy.set(FaultyProxy.Fault.NONE);
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
            value = FaultyProxy.Fault.class,
            names = {"DELAY", "BYTEWISE"})
    void slowAnswersAreAnswers(FaultyProxy.Fault fault) {
        proxy.setDelayMillis(30);
        proxy.set(fault);
        try (RunningDevice device = start("d", Map.of("scanPeriodMillis", 10, "timeoutMillis", 5000))) {
            Await.until(
                    "scans",
                    () -> !device.figures().scans().isEmpty()
                            && device.figures().scans().get(0).scans() > 10);
            assertTrue(isGood("d"));
            assertEquals(1, device.figures().connections());
        }
    }
}
