/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.testkit.Await;
import io.bascule.testkit.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The broker at the other end: Debian's mosquitto, on loopback, in a process of its own. Needs the packages mosquitto and
 * mosquitto-clients. Without them the tests that use it are skipped on a person's machine, and fail in continuous integration,
 * which sets CI.
 */
final class Mosquitto implements AutoCloseable {

    private static final long RUN_SECONDS_MAX = 20;
    private static final String SEPARATOR = "\u001f";

    private final Path folder;
    private final List<String> settings;
    private final List<String> clientOptions;
    private final int port;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private Process process;

    private Mosquitto(Path folder, List<String> settings, List<String> clientOptions) {
        this.folder = folder;
        this.settings = settings;
        this.clientOptions = clientOptions;
        this.port = FreePort.tcp();
    }

    /** A message as an independent client received it. */
    record Heard(String topic, int qos, boolean isRetained, String payload) {}

    /** Starts a broker that lets everybody in. */
    static Mosquitto open(Path folder) {
        return with(folder, List.of("allow_anonymous true"), List.of());
    }

    /** Starts a broker with settings of its listener, and clients with options. */
    static Mosquitto with(Path folder, List<String> settings, List<String> clientOptions) {
        find("mosquitto");
        find("mosquitto_sub");
        Mosquitto broker = new Mosquitto(folder, settings, clientOptions);
        broker.start();
        return broker;
    }

    private static String find(String tool) {
        Optional<Path> found = Stream.of((System.getenv("PATH") + ":/usr/sbin").split(":", -1))
                .map(dir -> Path.of(dir, tool))
                .filter(Files::isExecutable)
                .findFirst();
        String message = "these tests need " + tool + "; on Debian: apt-get install mosquitto mosquitto-clients";
        if (found.isEmpty() && System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(found.isPresent(), message);
        return found.orElseThrow().toString();
    }

    /** Hashes the passwords of a file with lines {@code user:password}. */
    static void hash(Path passwords) {
        run(List.of(find("mosquitto_passwd"), "-U", passwords.toString()));
    }

    /** Starts it, again on the same port. */
    void start() {
        try {
            List<String> lines = new ArrayList<>(List.of(
                    "persistence false",
                    "max_queued_messages 0",
                    "max_inflight_messages 0",
                    // As root it would become another user, who cannot read the test's files.
                    "user root",
                    "set_tcp_nodelay true",
                    "listener " + port + " 127.0.0.1"));
            lines.addAll(settings);
            Path file = Files.write(folder.resolve("mosquitto-" + port + ".conf"), lines);
            process = new ProcessBuilder(find("mosquitto"), "-c", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("mosquitto-" + port + ".log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("mosquitto does not start", e);
        }
        Await.until("mosquitto listens", this::isListening);
    }

    private boolean isListening() {
        if (!process.isAlive()) {
            throw new AssertionError("mosquitto ended with code " + process.exitValue() + ": " + log());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("mosquitto-" + port + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it as a power failure does. */
    void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new AssertionError("mosquitto does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
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
        run(command);
    }

    private List<String> client(String tool) {
        List<String> command = new ArrayList<>(List.of(find(tool), "-h", "127.0.0.1", "-p", Integer.toString(port)));
        command.addAll(clientOptions);
        return command;
    }

    private static void run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError(command + " failed: " + out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(command + " does not run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        listeners.forEach(Listener::close);
        process.destroyForcibly();
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
