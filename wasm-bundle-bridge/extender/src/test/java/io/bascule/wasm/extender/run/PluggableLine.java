/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A serial line that can be pulled out and plugged in: a pseudo terminal of socat's, and a TCP connection behind it. */
final class PluggableLine {

    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private final Path device;
    private final int port;
    private @Nullable Process socat;
    /** While nobody has it open, socat takes a terminal for one that was hung up. */
    private @Nullable FileChannel holder;

    private Path terminal;

    PluggableLine(Path device, int port) {
        this.device = device;
        this.port = port;
        this.terminal = device;
    }

    /** Makes the terminal; does nothing when it is there. */
    void plug() {
        Process present = socat;
        if (present != null && present.isAlive()) {
            return;
        }
        pull();
        Meter.require("socat");
        try {
            Process process = new ProcessBuilder(
                            "socat", "pty,raw,echo=0,link=" + device, "tcp:127.0.0.1:" + port + ",nodelay")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            socat = process;
            Await.until("the line", () -> Files.exists(device) || !process.isAlive());
            terminal = device.toRealPath();
            holder = FileChannel.open(terminal, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException("no serial line", e);
        }
    }

    /** Makes reading block for ever while nothing comes, as any program may that the terminal's permissions let in. */
    void letReadsBlock() throws IOException, InterruptedException {
        Process stty = new ProcessBuilder("stty", "-F", terminal.toString(), "min", "1", "time", "0")
                .inheritIO()
                .start();
        if (stty.waitFor() != 0) {
            throw new IOException("stty ended with " + stty.exitValue());
        }
    }

    /** Takes the terminal away; does nothing when it is gone. */
    void pull() {
        try {
            FileChannel held = holder;
            holder = null;
            if (held != null) {
                held.close();
            }
            Process process = socat;
            socat = null;
            if (process != null) {
                process.destroyForcibly();
                Await.until("the end of socat", () -> !process.isAlive());
            }
            Files.deleteIfExists(device);
        } catch (IOException e) {
            throw new UncheckedIOException("the line stays", e);
        }
    }

    /** Returns how often this process has the terminal open, but for holding it. */
    int users() {
        try (Stream<Path> files = Files.list(OPEN_FILES)) {
            int all = (int) files.filter(this::isTerminal).count();
            return holder == null ? all : all - 1;
        } catch (IOException e) {
            throw new UncheckedIOException("open files cannot be listed", e);
        }
    }

    private boolean isTerminal(Path file) {
        try {
            return Files.readSymbolicLink(file).startsWith(terminal);
        } catch (NoSuchFileException e) {
            // Closed in between.
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("open files cannot be looked at", e);
        }
    }
}
