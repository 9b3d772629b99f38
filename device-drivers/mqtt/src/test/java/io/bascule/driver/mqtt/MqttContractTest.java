/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.core.driver.payload.StandardPayloadFormats;
import io.bascule.testkit.driver.NetworkDriverContract;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract of drivers, through mosquitto and a proxy before it that spoils the connection. */
class MqttContractTest extends NetworkDriverContract {

    private static final int TIMEOUT_MILLIS = 3000;

    @TempDir
    static Path folder;

    private static Broker broker;
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);

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
                MqttComponent.PID,
                MqttComponent.NAME,
                settingsOf(device, changes),
                settings -> MqttSettings.driver(settings, new StandardPayloadFormats()));
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(TestConfig.with(
                Map.of("device", device, "broker", "tcp://127.0.0.1:" + proxy().port(), "channels", new String[] {
                    "good=d/good(pointer=/v); broken=d/broken;"
                            + " setpoint=d/setpoint(writeTopic=d/setpoint,writeRetained=true,readBack=true)"
                })));
        settings.putAll(changes);
        // Connecting is several messages with waits of Paho between them. What falls silent is noticed by its signs of
        // life.
        settings.merge("timeoutMillis", TIMEOUT_MILLIS, (a, b) -> Math.max((int) a, (int) b));
        settings.put("keepAliveSeconds", (int) settings.get("timeoutMillis") == TIMEOUT_MILLIS ? 2 : 60);
        return settings;
    }

    @Override
    protected Map<String, Object> otherPeer() {
        return Map.of("broker", "tcp://127.0.0.1:" + broker.port());
    }

    @Override
    protected int peerPort() {
        return broker.port();
    }

    @Override
    protected Value constant() {
        return new Value.F64(42);
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
}
