/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The driver on the driver runtime, with a board whose lines and chips the test plays. */
class GpioDriverTest {

    private static final Value ON = new Value.Bool(true);
    private static final Value OFF = new Value.Bool(false);

    private final FakeChannelRegistry registry = new FakeChannelRegistry();
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
    private final FakeBoard board = new FakeBoard();

    @AfterEach
    void close() {
        lanes.close();
        assertEquals(List.of(), registry.violations());
    }

    private RunningDevice start(String channels) {
        return start(channels, Map.of());
    }

    private RunningDevice start(String channels, Map<String, Object> changes) {
        return lanes.start(
                GpioComponent.PID,
                GpioComponent.NAME,
                settings(channels, changes),
                settings -> GpioSettings.driver(settings, (backend, device, chip) -> board));
    }

    private static Map<String, Object> settings(String channels, Map<String, Object> changes) {
        Map<String, Object> all = new HashMap<>(TestConfig.with(
                Map.of("device", "d", "scanPeriodMillis", 10, "retryMinMillis", 10, "channels", channels)));
        all.putAll(changes);
        return all;
    }

    private Reading last(String channel) {
        return registry.read(registry.find("d/" + channel).orElseThrow().handle());
    }

    private void await(String channel, Value value) {
        Await.until(
                channel + " is " + value.asText(),
                () -> last(channel).quality().equals(Quality.GOOD)
                        && last(channel).value().equals(value));
    }

    private void await(String channel, Quality quality) {
        Await.until(channel + " is " + quality, () -> last(channel).quality().equals(quality));
    }

    private Quality write(String channel, Value value) {
        FakeChannelRegistry.FakeSession session = registry.session("d").orElseThrow();
        int handle = session.channel("d/" + channel).handle();
        return session.writer()
                .write(List.of(new Reading(handle, value, Quality.GOOD, 0)))
                .get(0);
    }

    @Test
    void aTemperatureAndHumiditySensorIsAskedOnceForBothAndItsChecksumsCount() {
        // SHT3x, single shot, high repeatability: 21.5 degC is 0x6445, 47 % is 0x7851; checksums by the data sheet's
        // CRC.
        AtomicReference<String> answer = new AtomicReference<>(sht3x(0x6445, 0x7851));
        board.i2c.put(0x44, sent -> sent.equals("2400") ? answer.get() : null);
        String sht = "(wait=2ms,crc=0x31/0xFF,";
        try (RunningDevice device = start("temperature=i2c:1.0x44:0x2400:uint16" + sht
                + "scale=0.00267033,offset=-45,unit=degC); humidity=i2c:1.0x44:0x2400+3:uint16" + sht
                + "scale=0.00152590,unit=%)")) {
            Await.until("a good reading", () -> last("humidity").quality().equals(Quality.GOOD));
            assertEquals(23.54, number("temperature"), 0.01);
            assertEquals(47.0, number("humidity"), 0.01);
            long scans = device.figures().scans().get(0).scans();
            Await.until("more scans", () -> device.figures().scans().get(0).scans() > scans + 3);
            int asked = board.sent.size();
            long done = device.figures().scans().get(0).scans();
            assertTrue(asked <= done + 3, asked + " questions in " + done + " scans");
            // A wrong checksum of the temperature is the trouble of the temperature only.
            answer.set("FFFFFF" + sht3x(0x6445, 0x7851).substring(6));
            await("temperature", Quality.BAD_NO_COMMUNICATION);
            assertEquals(Quality.GOOD, last("humidity").quality());
            answer.set(sht3x(0x6445, 0x7851));
            Await.until("its return", () -> last("temperature").quality().equals(Quality.GOOD));
            assertEquals(1, device.figures().connections());
        }
    }

    private double number(String channel) {
        return ((Value.F64) last(channel).value()).value();
    }

    private static String sht3x(int temperature, int humidity) {
        Crc8 crc = new Crc8(0x31, 0xFF);
        String text = "";
        for (int word : new int[] {temperature, humidity}) {
            byte[] bytes = {(byte) (word >> 8), (byte) word};
            text += String.format("%04X%02X", word, crc.of(bytes, 0, 2));
        }
        return text;
    }

    @Test
    void aChipThatDoesNotAnswerSpoilsNoOtherAndComesBackByItself() {
        board.i2c.put(0x20, sent -> "2A");
        try (RunningDevice device = start("there=i2c:1.0x20:0x00; away=i2c:1.0x21:0x00; nobus=i2c:9.0x20:0x00")) {
            await("there", new Value.I64(42));
            await("away", Quality.BAD_NO_COMMUNICATION);
            await("nobus", Quality.BAD_RESOURCE_UNAVAILABLE);
            assertEquals(ConnectionState.CONNECTED, device.figures().state());
            board.i2c.put(0x21, sent -> "07");
            await("away", new Value.I64(7));
            assertEquals(1, device.figures().connections());
        }
    }

    @Test
    void registersAreWrittenAndBitsLeaveTheOthers() {
        AtomicReference<String> register = new AtomicReference<>("55");
        board.i2c.put(0x20, sent -> {
            if (sent.length() > 2) {
                register.set(sent.substring(2));
            }
            return register.get();
        });
        try (RunningDevice device = start("relay=i2c:1.0x20:0x12.7(readBack=true); all=i2c:1.0x20:0x12")) {
            await("all", new Value.I64(0x55));
            assertEquals(Quality.GOOD, write("relay", ON));
            await("all", new Value.I64(0xD5));
            assertEquals(Quality.GOOD, write("all", new Value.I64(0x0F)));
            await("relay", OFF);
            assertEquals(Quality.BAD_OUT_OF_RANGE, write("all", new Value.I64(256)));
            assertEquals(ConnectionState.CONNECTED, device.figures().state());
        }
    }

    @Test
    void anAnalogueConverterOnSpiIsReadAndWritten() {
        // MCP3008: start bit, single ended and channel, then 10 bits come back.
        board.spi.put(0, sent -> sent.equals("018000") ? "000201" : sent.equals("019000") ? "0003FF" : "000000");
        try (RunningDevice device = start(
                "a=spi:0.0:0x018000+1.0-9:uint16; b=spi:0.0:0x019000+1.0-9:uint16; dac=spi:0.0:0x30:uint16(access=write)")) {
            await("a", new Value.I64(513));
            await("b", new Value.I64(1023));
            assertEquals(Quality.GOOD, write("dac", new Value.I64(0x0ABC)));
            assertTrue(board.sent.contains("spi0:300abc"), board.sent.toString());
            assertTrue(board.uses.contains("spi 0.0 0 1000000"), board.uses.toString());
            assertEquals(1, device.figures().connections());
        }
    }

    @Test
    void anInputTellsOfEachEdgeAtOnceWithoutDebounce() {
        board.line(17).move(true);
        try (RunningDevice device = start("button=in:17(pull=up,activeLow=true,scan=on-change)")) {
            await("button", OFF);
            for (int i = 0; i < 20; i++) {
                board.line(17).move(i % 2 == 1);
            }
            Await.until(
                    "21 readings",
                    () -> registry.session("d")
                                    .orElseThrow()
                                    .published("d/button")
                                    .size()
                            == 21);
            assertTrue(board.uses.contains("in 17 UP"));
            assertEquals(1, device.figures().connections());
        }
    }

    @Test
    void aBouncingContactIsOneChange() {
        try (RunningDevice device = start("button=in:17(debounce=2s,scan=on-change)")) {
            await("button", OFF);
            long begin = System.nanoTime();
            for (int i = 0; i < 1001; i++) {
                board.line(17).move(i % 2 == 0);
            }
            await("button", ON);
            assertTrue(System.nanoTime() - begin >= Duration.ofSeconds(2).toNanos(), "told before it was quiet");
            // A spike that is shorter than the time is nothing.
            board.line(17).move(false);
            board.line(17).move(true);
            board.line(17).move(false);
            await("button", OFF);
            List<Value> told = registry.session("d").orElseThrow().published("d/button").stream()
                    .map(Reading::value)
                    .toList();
            assertEquals(List.of(OFF, ON, OFF), told);
            assertEquals(0, device.figures().dropped());
        }
        Await.until("the end of the thread for debouncing", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().startsWith("io.bascule.driver.gpio-")));
    }

    @Test
    void aLineThatBreaksWhileItIsWatchedIsALostConnectionThatComesBack() {
        try (RunningDevice device = start("button=in:17(debounce=1ms,scan=on-change)")) {
            await("button", OFF);
            board.line(17).isBroken = true;
            board.line(17).move(true);
            Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
            assertTrue(device.figures().reason().contains("in:17 cannot be read any more"));
            board.line(17).isBroken = false;
            await("button", ON);
        }
    }

    @Test
    void outputsHaveAMeaningABeginningAndAnEnd() {
        try (RunningDevice device = start(
                "led=out:18; relay=out:23(activeLow=true,initial=true,atStop=off);" + " valve=out:24(atStop=on)")) {
            await("led", OFF);
            await("relay", ON);
            assertEquals(Quality.GOOD, write("led", ON));
            await("led", ON);
            assertTrue(board.uses.containsAll(List.of("out 18 false", "out 23 false", "out 24 false")));
            assertEquals(1, device.figures().connections());
        }
        // Levels: the led as it was, the low-active relay high, the valve high.
        assertTrue(
                board.uses.containsAll(List.of("close 18 at true", "close 23 at true", "close 24 at true")),
                board.uses.toString());
        assertEquals("closed", board.uses.get(board.uses.size() - 1));
    }

    @Test
    void aLineInUseIsTriedAgainUntilItIsFree() {
        board.linesInUse.add(18);
        try (RunningDevice device = start("led=out:18; other=in:4")) {
            await("other", OFF);
            await("led", Quality.BAD_RESOURCE_UNAVAILABLE);
            assertEquals(Quality.BAD_RESOURCE_UNAVAILABLE, write("led", ON));
            board.linesInUse.remove(18);
            await("led", OFF);
            assertEquals(Quality.GOOD, write("led", ON));
            board.line(18).isBroken = true;
            await("led", Quality.BAD_NO_COMMUNICATION);
            assertEquals(ConnectionState.CONNECTED, device.figures().state());
        }
    }

    @Test
    void anotherUseOfALineOpensItAnewAndLeavesTheOthers() {
        try (RunningDevice device = start("a=out:18; b=in:4")) {
            await("a", OFF);
            device.reconfigure(settings("a=in:18; b=in:4", Map.of()));
            Await.until("the new use", () -> board.uses.contains("in 18 NONE"));
            assertTrue(board.uses.contains("close 18 at false"));
            assertEquals(1, board.uses.stream().filter("in 4 NONE"::equals).count());
        }
    }
}
