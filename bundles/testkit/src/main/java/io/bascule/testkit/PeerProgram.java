/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * What tests need of the machine besides Java: programs of other projects, with which ours must get along. A test whose program is
 * missing is skipped on a person's machine, and fails in continuous integration, which sets CI. Safe for use by any thread.
 */
public final class PeerProgram {

    private static final Duration RUN_BOUND = Duration.ofMinutes(2);
    private static final Path OUTPUTS = Path.of("target", "peers");
    private static final int TAIL_LINES = 40;

    private PeerProgram() {}

    /** Returns where a program is, in PATH or /usr/sbin, which is not in everybody's; its absence ends the test. */
    public static Path find(String program, String debianPackages) {
        List<Path> found = Stream.of((System.getenv("PATH") + ":/usr/sbin").split(":", -1))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .toList();
        demand(!found.isEmpty(), program, debianPackages);
        return found.get(0);
    }

    /** Ends the test when something is missing, which Debian's packages bring. */
    public static void demand(boolean isThere, String what, String debianPackages) {
        demand(isThere, "these tests need " + what + "; on Debian: apt-get install " + debianPackages);
    }

    /** Ends the test when something is missing; the message says what, and how to get it. */
    public static void demand(boolean isThere, String message) {
        demand(isThere, message, System.getenv("CI") != null);
    }

    static void demand(boolean isThere, String message, boolean isContinuousIntegration) {
        if (!isThere && isContinuousIntegration) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(isThere, message);
    }

    /**
     * Runs a program to its end and returns what it wrote to its output and its error output.
     *
     * @throws ProgramEnded when its exit code is not 0
     * @throws AssertionError when it has not ended after two minutes
     */
    public static String run(String... command) {
        return run(Path.of("").toAbsolutePath(), RUN_BOUND, List.of(command));
    }

    /** Runs a program in a folder, with a bound; see {@link #run(String...)}. */
    public static String run(Path folder, Duration bound, List<String> command) {
        // Into a file: what the program itself starts would keep a pipe open.
        Path output = output(command);
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(bound.toSeconds(), TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError(command + " has not ended after " + bound.toSeconds() + " s: " + tail(output));
            }
            if (process.exitValue() != 0) {
                throw new ProgramEnded(command, process.exitValue(), tail(output));
            }
            String said = read(output);
            Files.delete(output);
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(command + " does not run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while " + command + " ran", e);
        }
    }

    /** Makes the file for a program's output, which stays when the program fails. */
    static Path output(List<String> command) {
        try {
            String name = Path.of(command.get(0)).getFileName().toString();
            return Files.createTempFile(Files.createDirectories(OUTPUTS), name + "-", ".log");
        } catch (IOException e) {
            throw new UncheckedIOException("no place for the output of " + command, e);
        }
    }

    /** Returns what a program wrote so far. */
    static String read(Path output) {
        try {
            return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what a program wrote", e);
        }
    }

    /** Returns the last lines of a log for a message; says so when there are none. */
    public static String tail(Path log) {
        List<String> lines = Files.isReadable(log) ? read(log).lines().toList() : List.of();
        return lines.isEmpty()
                ? "it wrote nothing"
                : "its last lines (" + log + "):\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
