/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.FakeChannelRegistry;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The example that the distribution brings is right. */
class ExampleTest {

    private static final Path EXAMPLE =
            Path.of("../../karaf-assembly/distribution/src/main/resources/examples/io.bascule.driver.opcua-plc.cfg");

    @Test
    void theExampleMakesADevice() throws Exception {
        Properties written = new Properties();
        try (Reader reader = Files.newBufferedReader(EXAMPLE)) {
            written.load(reader);
        }
        Map<String, Object> settings = new HashMap<>(TestConfig.with(Map.of()));
        written.forEach((key, value) -> settings.put(key.toString(), value));
        FakeChannelRegistry registry = new FakeChannelRegistry();
        LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
        ClientThreads threads = new ClientThreads();
        try (RunningDevice device = lanes.start(
                OpcUaComponent.PID,
                OpcUaComponent.NAME,
                settings,
                s -> new OpcUaDriver(OpcUaSettings.read(s), threads, new Browser()))) {
            assertEquals("plc", device.figures().device());
            assertEquals(
                    List.of("plc/running", "plc/setpoint", "plc/speed", "plc/temperature"),
                    registry.list().stream().map(Channel::name).sorted().toList());
        } finally {
            lanes.close();
            threads.close();
        }
    }
}
