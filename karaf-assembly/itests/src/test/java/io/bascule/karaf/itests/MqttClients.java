/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Debian's mosquitto and its clients, in processes of their own. Without them the tests that use them are skipped on a person's
 * machine, and fail in continuous integration, which sets CI.
 */
final class MqttClients implements AutoCloseable {

    private final List<Process> processes = new ArrayList<>();

    MqttClients() {
        find("mosquitto_sub");
    }

    private static String find(String tool) {
        Optional<Path> found = Stream.of((System.getenv("PATH") + ":/usr/sbin").split(":", -1))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst();
        String message = "these tests need " + tool + "; on Debian: apt-get install mosquitto mosquitto-clients";
        if (found.isEmpty() && System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(found.isPresent(), message);
        return found.orElseThrow().toString();
    }

    /** Starts a broker that lets everybody in and forgets nobody's messages. */
    void broker(Path folder, int port) throws IOException {
        Path file = Files.write(
                folder.resolve("mosquitto.conf"),
                List.of(
                        "persistence false",
                        "max_queued_messages 0",
                        "user root",
                        "allow_anonymous true",
                        "listener " + port + " 127.0.0.1"));
        processes.add(new ProcessBuilder(find("mosquitto"), "-c", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.log").toFile())
                .start());
    }

    /** Starts a client that connects again by itself, and returns what it hears: topic, a blank, payload. */
    List<String> listen(String port, String filter) throws IOException {
        Process process = new ProcessBuilder(
                        find("mosquitto_sub"), "-h", "127.0.0.1", "-p", port, "-q", "1", "-t", filter, "-v")
                .redirectErrorStream(true)
                .start();
        processes.add(process);
        List<String> heard = new CopyOnWriteArrayList<>();
        Thread reader = new Thread(() -> {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                lines.lines().forEach(heard::add);
            } catch (IOException | UncheckedIOException e) {
                heard.add("the end of the test: " + e.getMessage());
            }
        });
        reader.setDaemon(true);
        reader.start();
        return heard;
    }

    /** Publishes a message; returns the exit code. */
    int publish(String port, String topic, String payload) throws IOException, InterruptedException {
        return new ProcessBuilder(
                        find("mosquitto_pub"), "-h", "127.0.0.1", "-p", port, "-q", "1", "-t", topic, "-m", payload)
                .inheritIO()
                .start()
                .waitFor();
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
