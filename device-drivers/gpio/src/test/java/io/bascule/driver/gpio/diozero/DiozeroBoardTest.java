/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.diozero;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.driver.gpio.board.Pull;
import java.io.IOException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What can be seen of diozero without hardware; its I2C is tested by lab/run on a real kernel. */
class DiozeroBoardTest {

    private static final int NOWHERE = 251;

    private static void assertSays(String words, Executable call) {
        IOException problem = assertThrows(IOException.class, call);
        assertTrue(String.valueOf(problem.getMessage()).contains(words), problem.getMessage());
    }

    @Test
    void itsNativeCodeLoadsAndWhatIsMissingIsNamed() throws IOException {
        Assumptions.assumeTrue("Linux".equals(System.getProperty("os.name")));
        try (DiozeroBoard board = new DiozeroBoard(NOWHERE)) {
            assertSays("gpiochip251", () -> board.input(1, Pull.UP));
            assertSays("gpiochip251", () -> board.output(1, false));
            assertSays("i2c-251", () -> board.i2c(NOWHERE));
            assertSays("spidev251.0", () -> board.spi(NOWHERE, 0, 0, 1_000_000));
            assertSays("pi4j-linuxfs", () -> board.pwm(0, 0, 1000));
        }
        // Closed and opened again, also twice at once.
        DiozeroBoard one = new DiozeroBoard(0);
        try (DiozeroBoard other = new DiozeroBoard(1)) {
            one.close();
            one.close();
            assertSays("i2c-251", () -> other.i2c(NOWHERE));
        }
    }
}
