/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver.payload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is a number in a payload. */
class ConversionTest {

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?");
    private static final String ALPHABET = "0159..eE+-dxN ";

    @Test
    void aNumberIsWhatItsGrammarSays() {
        Random random = new Random(17);
        int numbers = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int left = random.nextInt(8); left > 0; left--) {
                text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            boolean isNumber = NUMBER.matcher(text).matches();
            assertEquals(isNumber, Conversion.isNumber(text.toString()), text.toString());
            numbers += isNumber ? 1 : 0;
        }
        assertTrue(numbers > 5_000, numbers + " of them are numbers");
    }

    @Test
    void anExponentHasNineDigitsAtMost() {
        assertTrue(Conversion.isNumber("1e-123456789"));
        assertFalse(Conversion.isNumber("1e1234567890"));
    }
}
