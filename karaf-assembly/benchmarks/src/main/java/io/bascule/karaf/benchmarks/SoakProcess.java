/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A program that is started, stopped, killed, suspended and started again. Used by one thread at a time. */
final class SoakProcess implements AutoCloseable {

    private static final long END_SECONDS = 20;

    private final List<String> command;
    private @Nullable Process process;

    SoakProcess(String... command) {
        this.command = List.of(command);
    }

    void start() throws IOException {
        start(ProcessBuilder.Redirect.DISCARD);
    }

    /** Starts it, and returns the first line that it prints. */
    String startAndHear() throws IOException {
        Process started = start(ProcessBuilder.Redirect.PIPE);
        BufferedReader said =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        String line = said.readLine();
        if (line == null) {
            throw new IOException(command.get(0) + " ended without a word");
        }
        return line;
    }

    private Process start(ProcessBuilder.Redirect out) throws IOException {
        // Its standard input is this process's: what listens for its end goes with it.
        Process started = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(out)
                .start();
        process = started;
        return started;
    }

    boolean isAlive() {
        Process now = process;
        return now != null && now.isAlive();
    }

    /** As a power failure does it. */
    void kill() throws InterruptedException {
        end(true);
    }

    /** As an operator does it. */
    void terminate() throws InterruptedException {
        end(false);
    }

    private void end(boolean isForced) throws InterruptedException {
        Process now = process;
        if (now == null) {
            return;
        }
        if (isForced) {
            now.destroyForcibly();
        } else {
            now.destroy();
        }
        if (!now.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            now.destroyForcibly().waitFor();
        }
    }

    /** It stays, holds its connections, and does nothing. */
    void suspend() throws IOException, InterruptedException {
        signal("STOP");
    }

    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        Process now = process;
        if (now != null && now.isAlive()) {
            int code = new ProcessBuilder("kill", "-" + name, String.valueOf(now.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IOException("kill -" + name + " ended with code " + code);
            }
        }
    }

    @Override
    public void close() {
        Process now = process;
        if (now != null) {
            now.destroyForcibly().onExit().join();
        }
    }
}
