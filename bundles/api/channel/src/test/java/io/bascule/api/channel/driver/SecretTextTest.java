/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets by reference: what they stand for comes out of resolve and of nothing else. */
class SecretTextTest {

    @TempDir
    Path folder;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("token"), content);
    }

    @Test
    void aFileAVariableAndTheTextAroundThemMakeOneText() throws Exception {
        Path file = file("s3cret \n");
        SecretText text = SecretText.parse("Bearer {file:" + file + "} at {env:PATH}!");
        assertEquals("Bearer s3cret at " + System.getenv("PATH") + "!", text.resolve());
        Files.writeString(file, "other");
        assertTrue(text.resolve().startsWith("Bearer other at "), "a file is read anew each time");
        assertFalse(text.isEmpty());
        assertTrue(SecretText.parse("").isEmpty());
    }

    @Test
    void itNeverShowsItself() {
        assertFalse(SecretText.parse("password").toString().contains("password"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two\nlines", "with\u0000zero"})
    void aSecretThatNobodyMeantIsRefusedWithoutBeingShown(String content) throws Exception {
        SecretText text = SecretText.parse("{file:" + file(content) + "}");
        DriverException problem = assertThrows(DriverException.class, text::resolve);
        assertTrue(String.valueOf(problem.getMessage()).contains("token"), problem.getMessage());
        assertFalse(String.valueOf(problem.getMessage()).contains("two"), problem.getMessage());
    }

    @Test
    void whatIsNotThereIsNamed() {
        SecretText file = SecretText.parse("{file:" + folder.resolve("nowhere") + "}");
        assertTrue(assertThrows(DriverException.class, file::resolve).toString().contains("nowhere"));
        SecretText variable = SecretText.parse("{env:BASCULE_NO_SUCH_VARIABLE}");
        assertTrue(assertThrows(DriverException.class, variable::resolve)
                .toString()
                .contains("BASCULE_NO_SUCH_VARIABLE"));
    }

    @Test
    void aFileThatIsTooLongIsRefused() throws Exception {
        SecretText text = SecretText.parse("{file:" + file("x".repeat(SecretText.BYTES_MAX + 1)) + "}");
        assertTrue(assertThrows(DriverException.class, text::resolve).toString().contains("65536"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{file:}", "{env: }", "{file:token", "a {env:X"})
    void aReferenceThatIsNoneIsAMistake(String written) {
        assertThrows(IllegalArgumentException.class, () -> SecretText.parse(written));
    }

    @Test
    void otherBracesStandForThemselves() throws Exception {
        assertEquals("{value} {", SecretText.parse("{value} {").resolve());
    }
}
