/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of this driver in the distribution and in the how-to: all start on the mock, and do what they say on a board in memory. */
class ExamplesTest {

    private static final Path EXAMPLES = Path.of("../../karaf-assembly/distribution/src/main/resources/examples");
    private static final Path HOW_TO = Path.of("../../docs/how-to/gpio.md");

    private final FakeChannelRegistry registry = new FakeChannelRegistry();
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);

    @AfterEach
    void close() {
        lanes.close();
        assertEquals(List.of(), registry.violations());
    }

    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files
                    .filter(f -> f.getFileName().toString().startsWith(GpioComponent.PID + "-"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static Map<String, Object> settings(String text) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        Map<String, Object> settings = new HashMap<>(TestConfig.with(Map.of()));
        properties.forEach((key, value) -> settings.put(key.toString(), value));
        return settings;
    }

    /** Returns the indented blocks that are configurations. */
    private static List<String> blocks() throws IOException {
        List<String> blocks = new ArrayList<>();
        StringBuilder block = new StringBuilder();
        for (String line : Files.readAllLines(HOW_TO)) {
            if (line.startsWith("    ")) {
                block.append(line.strip()).append('\n');
            } else if (block.length() > 0) {
                if (block.toString().startsWith("device = ")) {
                    blocks.add(block.toString());
                }
                block.setLength(0);
            }
        }
        return blocks;
    }

    private RunningDevice start(Map<String, Object> settings) {
        return lanes.start(GpioComponent.PID, GpioComponent.NAME, settings, GpioSettings::driver);
    }

    private RunningDevice start(Path example, FakeBoard board) throws IOException {
        Map<String, Object> settings = settings(Files.readString(example));
        settings.put("scanPeriodMillis", 10);
        return lanes.start(
                GpioComponent.PID,
                GpioComponent.NAME,
                settings,
                of -> GpioSettings.driver(of, (backend, device, chip) -> board));
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFileStartsOnTheMock(Path file) throws IOException {
        try (RunningDevice device = start(settings(Files.readString(file)))) {
            Await.until("its connection", () -> device.figures().connections() == 1);
        }
    }

    @Test
    void everyConfigurationOfTheHowToStartsOnTheMockAndThoseOfFilesAreTheSame() throws IOException {
        List<String> blocks = blocks();
        assertEquals(6, blocks.size());
        String files = "";
        for (Path file : files().toList()) {
            files += Files.readString(file);
        }
        int same = 0;
        for (String block : blocks) {
            Map<String, Object> settings = settings(block);
            try (RunningDevice device = start(settings)) {
                Await.until("its connection", () -> device.figures().connections() == 1);
            }
            same += files.contains(settings.get("channels").toString()) ? 1 : 0;
        }
        assertEquals(4, same);
    }

    private Reading last(String channel) {
        return registry.read(registry.find(channel).orElseThrow().handle());
    }

    private void await(String channel, Value value) {
        Await.until(
                channel + " is " + value,
                () -> last(channel).quality().equals(Quality.GOOD)
                        && last(channel).value().equals(value));
    }

    private Quality write(String channel, Value value) {
        FakeChannelRegistry.FakeSession session =
                registry.session(channel.split("/", 2)[0]).orElseThrow();
        return session.writer()
                .write(List.of(new Reading(session.channel(channel).handle(), value, Quality.GOOD, 0)))
                .get(0);
    }

    @Test
    void theLedLights() throws IOException {
        FakeBoard board = new FakeBoard();
        try (RunningDevice device = start(EXAMPLES.resolve("io.bascule.driver.gpio-led.cfg"), board)) {
            await("lamps/led", new Value.Bool(false));
            assertEquals(Quality.GOOD, write("lamps/led", new Value.Bool(true)));
            await("lamps/led", new Value.Bool(true));
            assertEquals(Quality.GOOD, write("lamps/dimmed", new Value.F64(40)));
            await("lamps/dimmed", new Value.F64(40));
            assertEquals(1, device.figures().connections());
        }
        assertTrue(board.uses.contains("close 18 at false"), "it is off after the stop");
    }

    @Test
    void theButtonIsPressedAndReleased() throws IOException {
        FakeBoard board = new FakeBoard();
        board.line(17).move(true);
        try (RunningDevice device = start(EXAMPLES.resolve("io.bascule.driver.gpio-button.cfg"), board)) {
            await("panel/button", new Value.Bool(false));
            board.line(17).move(false);
            await("panel/button", new Value.Bool(true));
            board.line(17).move(true);
            await("panel/button", new Value.Bool(false));
            assertEquals(1, device.figures().connections());
        }
    }

    @Test
    void theRelaysSwitch() throws IOException {
        FakeBoard board = new FakeBoard();
        Map<String, String> registers = new HashMap<>(Map.of("15", "01", "01", "ff"));
        board.i2c.put(0x20, sent -> {
            if (sent.length() > 2) {
                registers.put(sent.substring(0, 2), sent.substring(2));
            }
            return registers.get(sent.substring(0, 2));
        });
        try (RunningDevice device = start(EXAMPLES.resolve("io.bascule.driver.gpio-relay.cfg"), board)) {
            await("pump/relay", new Value.Bool(false));
            assertTrue(board.line(23).isHigh(), "a low-active relay is off with a high level");
            assertEquals(Quality.GOOD, write("pump/relay", new Value.Bool(true)));
            assertEquals(Quality.GOOD, write("pump/isInput", new Value.Bool(false)));
            assertEquals(Quality.GOOD, write("pump/valve", new Value.Bool(true)));
            await("pump/valve", new Value.Bool(true));
            assertEquals(Map.of("15", "81", "01", "7f"), registers);
            assertEquals(1, device.figures().connections());
        }
        assertTrue(board.uses.contains("close 23 at true"));
    }

    @Test
    void theSensorTellsTemperatureAndHumidity() throws IOException {
        FakeBoard board = new FakeBoard();
        // 0xBEEF and its checksum 0x92 are the example of the data sheet.
        board.i2c.put(0x44, sent -> sent.equals("2400") ? "BEEF92BEEF92" : null);
        board.spi.put(0, sent -> "000200");
        try (RunningDevice device = start(EXAMPLES.resolve("io.bascule.driver.gpio-climate.cfg"), board)) {
            Await.until("a good reading", () -> last("climate/volts").quality().equals(Quality.GOOD));
            assertEquals(-45 + 175 * 0xBEEF / 65_535.0, number("climate/temperature"), 1e-3);
            assertEquals(100 * 0xBEEF / 65_535.0, number("climate/humidity"), 1e-3);
            assertEquals(3.3 * 512 / 1023, number("climate/volts"), 1e-3);
            assertEquals(1, device.figures().connections());
        }
    }

    private double number(String channel) {
        return ((Value.F64) last(channel).value()).value();
    }
}
