/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.testkit.Await;
import io.bascule.testkit.FreePort;
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

/** The broker at the other end: Debian's mosquitto, on loopback, in a process of its own. */
final class Mosquitto implements AutoCloseable {

    private static final String SEPARATOR = "\u001f";

    private final Path folder;
    private final List<String> settings;
    private final List<String> clientOptions;
    private final int port;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private PeerProcess process;

    private Mosquitto(int port, Path folder, List<String> settings, List<String> clientOptions) {
        this.port = port;
        this.folder = folder;
        this.settings = settings;
        this.clientOptions = clientOptions;
        this.process = launch();
    }

    /** A message as an independent client received it. */
    record Heard(String topic, int qos, boolean isRetained, String payload) {}

    /** Starts a broker that lets everybody in. */
    static Mosquitto open(Path folder) {
        return with(folder, List.of("allow_anonymous true"), List.of());
    }

    /** Starts a broker with settings of its listener, and clients with options. */
    static Mosquitto with(Path folder, List<String> settings, List<String> clientOptions) {
        return PeerProcess.onFreePort(FreePort::tcp, port -> new Mosquitto(port, folder, settings, clientOptions));
    }

    private static String find(String tool) {
        return PeerProgram.find(tool, "mosquitto mosquitto-clients").toString();
    }

    /** Hashes the passwords of a file with lines {@code user:password}. */
    static void hash(Path passwords) {
        PeerProgram.run(find("mosquitto_passwd"), "-U", passwords.toString());
    }

    private PeerProcess launch() {
        List<String> lines = new ArrayList<>(List.of(
                "persistence false",
                "max_queued_messages 0",
                "max_inflight_messages 0",
                // As root it would become another user, who cannot read the test's files.
                "user root",
                "set_tcp_nodelay true",
                "listener " + port + " 127.0.0.1"));
        lines.addAll(settings);
        try {
            Path file = Files.write(folder.resolve("mosquitto-" + port + ".conf"), lines);
            return PeerProcess.start(List.of(find("mosquitto"), "-c", file.toString()))
                    .awaitListening(port);
        } catch (IOException e) {
            throw new UncheckedIOException("no configuration for mosquitto", e);
        }
    }

    /** Starts it again on the same port. */
    void start() {
        process = launch();
    }

    /** Ends it as a power failure does. */
    void kill() {
        process.close();
    }

    int port() {
        return port;
    }

    /** Starts an independent client that hears what matches; it hears everything that is published from now on. */
    Listener listen(String filter) {
        Listener listener = new Listener(filter);
        listeners.add(listener);
        listener.awaitReady();
        return listener;
    }

    /** Publishes by an independent client. */
    void publish(String topic, String payload, String... options) {
        List<String> command = client("mosquitto_pub");
        command.addAll(List.of("-q", "1", "-t", topic, "-m", payload));
        command.addAll(List.of(options));
        PeerProgram.run(command.toArray(String[]::new));
    }

    private List<String> client(String tool) {
        List<String> command = new ArrayList<>(List.of(find(tool), "-h", "127.0.0.1", "-p", Integer.toString(port)));
        command.addAll(clientOptions);
        return command;
    }

    @Override
    public void close() {
        listeners.forEach(Listener::close);
        process.close();
    }

    /** mosquitto_sub, and what it heard. */
    final class Listener implements AutoCloseable {
        private static final String PROBE = "probe/of/the/test";

        private final Process process;
        private final List<Heard> heard = new CopyOnWriteArrayList<>();
        private volatile boolean isReady;

        private Listener(String filter) {
            List<String> command = client("mosquitto_sub");
            command.addAll(List.of(
                    "-q",
                    "2",
                    "-t",
                    filter,
                    "-t",
                    PROBE,
                    "-F",
                    "%t" + SEPARATOR + "%q" + SEPARATOR + "%r" + SEPARATOR + "%p"));
            try {
                process = new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException("mosquitto_sub does not start", e);
            }
            Thread reader = new Thread(this::read, "mosquitto-sub");
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1))) {
                lines.lines().forEach(line -> {
                    String[] parts = line.split(SEPARATOR, 4);
                    if (parts[0].equals(PROBE)) {
                        isReady = true;
                    } else {
                        heard.add(new Heard(parts[0], Integer.parseInt(parts[1]), parts[2].equals("1"), parts[3]));
                    }
                });
            } catch (IOException | UncheckedIOException e) {
                // The test has ended it; what it heard until then is what counts.
                isReady = true;
            }
        }

        private void awaitReady() {
            Await.until("mosquitto_sub is subscribed", () -> {
                if (!isReady) {
                    publish(PROBE, "x");
                }
                return isReady;
            });
        }

        /** Returns what it heard so far. */
        List<Heard> heard() {
            return List.copyOf(heard);
        }

        /** Returns the payloads it heard so far. */
        List<String> payloads() {
            return heard.stream().map(Heard::payload).toList();
        }

        /** Waits for so many messages and returns them. */
        List<Heard> await(int count) {
            Await.until(count + " messages", () -> heard.size() >= count);
            return heard();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
