/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Debian's mosquitto and its clients, in processes of their own. */
final class MqttClients implements AutoCloseable {

    private final List<Process> processes = new ArrayList<>();

    MqttClients() {
        find("mosquitto_sub");
    }

    private static String find(String tool) {
        return PeerProgram.find(tool, "mosquitto mosquitto-clients").toString();
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
        PeerProcess broker = PeerProcess.start(List.of(find("mosquitto"), "-c", file.toString()));
        processes.add(broker.process());
        broker.awaitListening(port);
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
