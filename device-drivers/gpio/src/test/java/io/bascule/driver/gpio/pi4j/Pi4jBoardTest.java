/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.pi4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.plugin.mock.provider.gpio.digital.MockDigitalInput;
import io.bascule.driver.gpio.board.GpioPort;
import io.bascule.driver.gpio.board.I2cBus;
import io.bascule.driver.gpio.board.Pull;
import io.bascule.driver.gpio.board.PwmChannel;
import io.bascule.driver.gpio.board.SpiDevice;
import io.bascule.driver.gpio.pi4j.Pi4jBoard.Kind;
import io.bascule.driver.gpio.pi4j.Pi4jBoard.Place;
import io.bascule.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pi4J's mock, and its files of the kernel in a plain folder that the test plays. */
class Pi4jBoardTest {

    @TempDir
    Path root;

    private static boolean hasPi4jThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.isAlive()
                        && t.getName().toLowerCase(java.util.Locale.ROOT).contains("pi4j"));
    }

    @Test
    void theMockTellsOfEdges() throws IOException {
        try (Pi4jBoard board = Pi4jBoard.mock()) {
            GpioPort port = board.input(17, Pull.UP);
            assertFalse(port.isHigh());
            List<Boolean> edges = new CopyOnWriteArrayList<>();
            port.listen((isHigh, time) -> edges.add(isHigh));
            MockDigitalInput input = board.context(new Place(Kind.LINES, 0)).io("in17", MockDigitalInput.class);
            for (int i = 0; i < 10; i++) {
                input.mockState(DigitalState.getState(i % 2 == 0));
            }
            Await.until("10 edges", () -> edges.size() == 10);
            assertEquals(List.of(true, false, true, false), edges.subList(0, 4));
            assertThrows(IOException.class, () -> port.set(true));
        }
    }

    @Test
    void theMocksOutputsAndPwmKeepWhatWasWrittenAndALineCanBeOpenedAgain() throws IOException {
        try (Pi4jBoard board = Pi4jBoard.mock()) {
            GpioPort port = board.output(0, true);
            assertTrue(port.isHigh());
            port.set(false);
            assertFalse(port.isHigh());
            port.close();
            board.input(0, Pull.NONE).close();
            // The same numbers, of other things.
            PwmChannel pwm = board.pwm(0, 0, 1000);
            board.pwm(1, 0, 50).setDuty(7.5);
            board.spi(0, 0, 0, 1_000_000);
            board.spi(1, 0, 3, 500_000);
            assertEquals(0, pwm.duty());
            pwm.setDuty(12.5);
            assertEquals(12.5, pwm.duty());
            pwm.setDuty(0);
            assertEquals(0, pwm.duty());
        }
    }

    @Test
    void theMocksChipsSayWhatWasWrittenToThemOnceAndNothingElse() throws IOException {
        try (Pi4jBoard board = Pi4jBoard.mock()) {
            I2cBus bus = board.i2c(1);
            assertThrows(IOException.class, () -> bus.writeRead(0x40, new byte[] {0x10}, 2));
            bus.write(0x40, new byte[] {0x10, 1, 2});
            assertArrayEquals(new byte[] {1, 2}, bus.writeRead(0x40, new byte[] {0x10}, 2));
            assertThrows(IOException.class, () -> bus.writeRead(0x40, new byte[] {0x10}, 2));
            bus.write(0x41, new byte[] {9});
            assertArrayEquals(new byte[] {9}, bus.read(0x41, 1));
            SpiDevice spi = board.spi(0, 1, 0, 1_000_000);
            assertArrayEquals(new byte[] {0, 0}, spi.transfer(new byte[] {1, 2}));
            assertArrayEquals(new byte[] {1, 2}, spi.transfer(new byte[] {3, 4}));
        }
    }

    private Path line(int number, String value) throws IOException {
        Path line = Files.createDirectories(root.resolve("gpio" + number));
        Files.writeString(line.resolve("direction"), "in");
        Files.writeString(line.resolve("edge"), "none");
        Files.writeString(line.resolve("value"), value);
        return line;
    }

    @Test
    void filesOfTheKernelAreReadAndWrittenAndTellOfEdges() throws IOException {
        Path input = line(17, "1\n");
        Path output = line(18, "0\n");
        try (Pi4jBoard board = Pi4jBoard.linuxFs(root, root)) {
            GpioPort in = board.input(17, Pull.NONE);
            assertTrue(in.isHigh());
            assertEquals("in", Files.readString(input.resolve("direction")));
            assertEquals("both", Files.readString(input.resolve("edge")));
            List<Boolean> edges = new CopyOnWriteArrayList<>();
            in.listen((isHigh, time) -> edges.add(isHigh));
            // The watch of the folder begins on a thread of Pi4J's: moved until it is heard.
            Await.until("an edge", () -> {
                write(input.resolve("value"), edges.size() % 2 == 0 && isZero(input) ? "1\n" : "0\n");
                return !edges.isEmpty();
            });
            GpioPort out = board.output(18, true);
            assertEquals("out", Files.readString(output.resolve("direction")));
            assertEquals("1", Files.readString(output.resolve("value")));
            out.set(false);
            assertEquals("0", Files.readString(output.resolve("value")));
            assertFalse(out.isHigh());
            Files.writeString(output.resolve("value"), "1\n");
            assertTrue(out.isHigh(), "the level is the kernel's, not what was written last");
        }
        assertTrue(List.of("17", "18").contains(Files.readString(root.resolve("unexport"))));
        Await.until("the end of Pi4J's threads", () -> !hasPi4jThread());
    }

    private static boolean isZero(Path line) {
        try {
            return Files.readString(line.resolve("value")).startsWith("0");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aLineThatTheKernelDoesNotShowIsAnErrorThatNamesIt() throws IOException {
        try (Pi4jBoard board = Pi4jBoard.linuxFs(root, root)) {
            IOException problem = assertThrows(IOException.class, () -> board.input(5, Pull.NONE));
            assertTrue(String.valueOf(problem.getMessage()).contains("line 5"), problem.getMessage());
            // It was asked for, and can be again.
            assertEquals("5", Files.readString(root.resolve("export")));
            line(5, "1\n");
            assertTrue(board.input(5, Pull.NONE).isHigh());
        }
        assertThrows(IOException.class, () -> Pi4jBoard.linuxFs(root.resolve("missing"), root));
    }

    @Test
    void pwmFilesOfTheKernelGetPeriodAndDuty() throws IOException {
        Path chip = Files.createDirectories(root.resolve("pwmchip2"));
        Files.writeString(chip.resolve("npwm"), "2\n");
        Path channel = Files.createDirectories(chip.resolve("pwm1"));
        for (String file : List.of("period", "duty_cycle", "enable")) {
            Files.writeString(channel.resolve(file), "0\n");
        }
        Files.writeString(channel.resolve("polarity"), "normal\n");
        try (Pi4jBoard board = Pi4jBoard.linuxFs(root, root)) {
            PwmChannel pwm = board.pwm(2, 1, 1000);
            pwm.setDuty(25);
            assertEquals("1000000", Files.readString(channel.resolve("period")));
            assertEquals("250000", Files.readString(channel.resolve("duty_cycle")));
            assertEquals("1", Files.readString(channel.resolve("enable")));
            assertEquals(25, pwm.duty());
            assertThrows(IOException.class, () -> board.pwm(2, 2, 1000));
        }
        assertEquals("0", Files.readString(channel.resolve("enable")));
    }

    @Test
    void withoutARaspberryPiLibgpiodSaysSo() {
        Assumptions.assumeTrue("amd64".equals(System.getProperty("os.arch")));
        IOException problem = assertThrows(IOException.class, Pi4jBoard::gpiod);
        assertTrue(String.valueOf(problem.getMessage()).contains("no Raspberry Pi"), problem.getMessage());
    }
}
