/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * The meter at the other end: a program in C that shares nothing with the driver, in a process of its own. Needs gcc, and socat for a
 * serial line. Without them the tests are skipped on a person's machine, and fail in continuous integration, which sets CI.
 */
public final class Meter implements AutoCloseable {

    private static final Path SOURCE = Path.of("src/test/c/meter.c");
    private static final Path BINARY = Path.of("target/meter");
    private static final long SECONDS_MAX = 60;

    private final Process process;
    private final int port;

    private Meter(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Returns the driver under test, as it is committed. */
    public static byte[] driver() throws IOException {
        return Files.readAllBytes(Path.of("../samples/meter-driver/meter-driver-1.0.0.wasm"));
    }

    static void require(String tool) {
        boolean isThere = List.of(System.getenv("PATH").split(":", -1)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
        String message = "these tests need " + tool + "; on Debian: apt-get install gcc libc6-dev socat";
        if (!isThere && System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(isThere, message);
    }

    /** Starts one that listens on loopback. */
    public static Meter tcp() {
        return start("tcp");
    }

    static Meter serial(Path device) {
        return start("serial", device.toString());
    }

    private static Meter start(String... arguments) {
        compile();
        try {
            ProcessBuilder builder = new ProcessBuilder(BINARY.toString());
            builder.command().addAll(List.of(arguments));
            Process process =
                    builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError("the meter did not start: exit code " + process.waitFor());
            }
            return new Meter(process, Integer.parseInt(line));
        } catch (IOException e) {
            throw new UncheckedIOException("the meter does not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static synchronized void compile() {
        require("gcc");
        try {
            if (Files.exists(BINARY)
                    && Files.getLastModifiedTime(BINARY).compareTo(Files.getLastModifiedTime(SOURCE)) > 0) {
                return;
            }
            Process process = new ProcessBuilder(
                            "gcc", "-O2", "-Wall", "-Wextra", "-o", BINARY.toString(), SOURCE.toString())
                    .redirectErrorStream(true)
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0 || !out.isEmpty()) {
                throw new AssertionError("the meter does not compile: " + out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("gcc does not run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Starts socat with two pseudo terminals that are one line; ends with {@link Process#destroy}. */
    static Process line(Path one, Path other) {
        require("socat");
        try {
            Process process = new ProcessBuilder("socat", "pty,raw,echo=0,link=" + one, "pty,raw,echo=0,link=" + other)
                    .redirectErrorStream(true)
                    .start();
            Await.until("the line", () -> Files.exists(one) && Files.exists(other));
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("socat does not run", e);
        }
    }

    int port() {
        return port;
    }

    /** Returns where it listens. */
    public String endpoint() {
        return "tcp:127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        Await.until("the end of the meter", () -> !process.isAlive());
    }
}
