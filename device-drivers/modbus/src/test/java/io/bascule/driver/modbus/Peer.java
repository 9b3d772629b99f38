/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
 * The device at the other end: libmodbus, in a process of its own. Needs the Debian packages gcc, libmodbus-dev, socat and mbpoll.
 * Without them the tests that use it are skipped on a person's machine, and fail in continuous integration, which sets CI.
 */
final class Peer implements AutoCloseable {

    private static final Path SOURCE = Path.of("src/test/c/peer.c");
    private static final Path BINARY = Path.of("target/peer");
    private static final long RUN_SECONDS_MAX = 60;

    private final Process process;
    private final int port;

    private Peer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Ends the test when a tool is missing. */
    static void require(String... tools) {
        for (String tool : tools) {
            boolean isThere = List.of(System.getenv("PATH").split(":", -1)).stream()
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
            demand(isThere, tool);
        }
        demand(Files.exists(Path.of("/", "usr", "include", "modbus", "modbus.h")), "libmodbus-dev");
    }

    private static void demand(boolean isThere, String what) {
        String message = "these tests need " + what + "; on Debian: apt-get install gcc libmodbus-dev socat mbpoll";
        if (!isThere && System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(isThere, message);
    }

    static Peer tcp() {
        return start("tcp");
    }

    static Peer rtu(Path device) {
        return start("rtu", device.toString());
    }

    private static Peer start(String... arguments) {
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
                throw new AssertionError("the peer did not start: exit code " + process.waitFor());
            }
            return new Peer(process, Integer.parseInt(line));
        } catch (IOException e) {
            throw new UncheckedIOException("the peer does not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static synchronized void compile() {
        require("gcc", "socat", "mbpoll");
        if (!Files.exists(BINARY)) {
            String out = run(
                    "gcc", "-Wall", "-I/usr/include/modbus", "-o", BINARY.toString(), SOURCE.toString(), "-lmodbus");
            assertEquals("", out);
        }
    }

    /** Runs a command and returns what it wrote; it must end well. */
    static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError(List.of(command) + " failed: " + out);
            }
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(List.of(command) + " does not run", e);
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

    /** Ends it. */
    @Override
    public void close() {
        process.destroyForcibly();
        Await.until("the end of the peer", () -> !process.isAlive());
    }
}
