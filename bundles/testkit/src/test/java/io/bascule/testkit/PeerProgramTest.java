/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class PeerProgramTest {

    @Test
    void whatIsMissingSkipsATestAndFailsItInContinuousIntegration() {
        String message = "these tests need a miracle";
        assertEquals(
                message,
                assertThrows(AssertionError.class, () -> PeerProgram.demand(false, message, true))
                        .getMessage());
        assertTrue(assertThrows(TestAbortedException.class, () -> PeerProgram.demand(false, message, false))
                .getMessage()
                .contains(message));
        PeerProgram.demand(true, message, true);
        PeerProgram.demand(true, message, false);
    }

    @Test
    void aProgramIsFoundAndWhatItWroteIsReturned() {
        Path shell = PeerProgram.find("sh", "dash");
        assertTrue(Files.isExecutable(shell), shell.toString());
        assertEquals("out\nproblem\n", PeerProgram.run(shell.toString(), "-c", "echo out; echo problem >&2"));
    }

    @Test
    void aFailureHasTheCodeAndTheLastLines() {
        String message = assertThrows(
                        ProgramEnded.class,
                        () -> PeerProgram.run("sh", "-c", "seq 1000 1100; echo the reason >&2; exit 7"))
                .getMessage();
        assertTrue(message.contains("code 7") && message.contains("the reason") && message.contains("1100"), message);
        assertFalse(message.contains("1000\n"), message);
    }

    @Test
    void aProgramThatDoesNotEndIsEnded() {
        String message = assertThrows(
                        AssertionError.class,
                        () -> PeerProgram.run(
                                Path.of("").toAbsolutePath(),
                                Duration.ofSeconds(1),
                                List.of("sh", "-c", "echo waiting; exec tail -f /dev/null")))
                .getMessage();
        assertTrue(message.contains("has not ended after 1 s") && message.contains("waiting"), message);
    }
}
