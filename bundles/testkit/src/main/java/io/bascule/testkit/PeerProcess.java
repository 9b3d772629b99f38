/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;

/**
 * The other end of a test, in a process of its own. What it writes is kept below {@code target/peers}, and is in the message when it
 * does not get ready. Safe for use by any thread.
 */
public final class PeerProcess implements AutoCloseable {

    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final int ATTEMPTS = 3;
    private static final int CONNECT_MILLIS = 1000;
    private static final long POLL_NANOS = 5_000_000;

    private final List<String> command;
    private final Path log;
    private final Process process;

    private PeerProcess(ProcessBuilder builder, Path log) {
        this.command = List.copyOf(builder.command());
        this.log = log;
        try {
            if (builder.directory() != null) {
                Files.createDirectories(builder.directory().toPath());
            }
            this.process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(command + " does not start", e);
        }
    }

    /** Starts a program whose output is its log. */
    public static PeerProcess start(List<String> command) {
        return start(Path.of("").toAbsolutePath(), command);
    }

    /** Starts a program in a folder, which is made when it is not there; its output is its log. */
    public static PeerProcess start(Path folder, List<String> command) {
        Path log = PeerProgram.output(command);
        return new PeerProcess(
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile()),
                log);
    }

    /** Starts a program whose output the test reads; its error output is its log. */
    public static PeerProcess startRead(List<String> command) {
        Path log = PeerProgram.output(command);
        return new PeerProcess(new ProcessBuilder(command).redirectError(log.toFile()), log);
    }

    /**
     * Starts something on a free port, again on another one when its process ended before it was ready, since somebody may have
     * taken the port; three times at most.
     *
     * @param ports {@code FreePort::tcp} or {@code FreePort::udp}
     * @param start throws {@link ProgramEnded} when the process ended
     */
    public static <T> T onFreePort(IntSupplier ports, IntFunction<T> start) {
        for (int attempt = 1; ; attempt++) {
            try {
                return start.apply(ports.getAsInt());
            } catch (ProgramEnded e) {
                if (attempt == ATTEMPTS) {
                    throw e.with("That was attempt " + attempt + ", each on another port.");
                }
            }
        }
    }

    /**
     * Waits until the program is ready.
     *
     * @throws ProgramEnded when it ends before
     * @throws AssertionError when it is not ready after two minutes; it is killed then
     */
    public PeerProcess await(String what, BooleanSupplier isReady) {
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (true) {
            // Asked first: who answers may be another process on the same port.
            if (!process.isAlive()) {
                throw new ProgramEnded(command, process.exitValue(), PeerProgram.tail(log));
            }
            if (isReady.getAsBoolean()) {
                return this;
            }
            if (System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new AssertionError("waited " + BOUND.toSeconds() + " s in vain for: " + what + " of " + command
                        + "; " + PeerProgram.tail(log));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Waits until a TCP port of loopback takes connections. */
    public PeerProcess awaitListening(int port) {
        return await("port " + port, () -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    /** Waits for a line in the log that matches entirely, and returns it. */
    public String awaitLine(String regex) {
        await("a line '" + regex + "'", () -> line(regex).isPresent());
        return line(regex).orElseThrow();
    }

    private Optional<String> line(String regex) {
        String written = log();
        // The last line may be half written.
        int end = written.lastIndexOf('\n');
        return written.substring(0, end + 1)
                .lines()
                .filter(line -> line.matches(regex))
                .findFirst();
    }

    /** Returns what it wrote so far. */
    public String log() {
        return PeerProgram.read(log);
    }

    /** Returns the process, for its input and, after {@link #startRead}, its output. */
    public Process process() {
        return process;
    }

    /** Ends it without a word, as kill -9 does. */
    @Override
    public void close() {
        process.destroyForcibly();
        Await.until("the end of " + command, () -> !process.isAlive());
    }
}
