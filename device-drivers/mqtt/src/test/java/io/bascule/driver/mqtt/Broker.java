/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.testkit.Await;
import io.bascule.testkit.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Debian's mosquitto on a free port of the loopback address, and its clients. Without them the tests that use it are skipped on a
 * person's machine, and fail in continuous integration, which sets CI.
 */
final class Broker implements AutoCloseable {

    private static final long RUN_SECONDS_MAX = 120;

    private final Path folder;
    private final int port;
    private Process process;

    private Broker(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /**
     * Starts a broker.
     *
     * @param lines what its configuration has besides the port
     */
    static Broker start(Path folder, String... lines) throws IOException {
        find("mosquitto_pub");
        int port = FreePort.tcp();
        List<String> configuration = new ArrayList<>(List.of(
                "user " + System.getProperty("user.name"), "persistence false", "listener " + port + " 127.0.0.1"));
        configuration.addAll(lines.length == 0 ? List.of("allow_anonymous true") : List.of(lines));
        Files.write(folder.resolve("mosquitto.conf"), configuration);
        Broker broker = new Broker(folder, port);
        broker.start();
        return broker;
    }

    private static String find(String tool) {
        List<Path> folders = new ArrayList<>();
        for (String folder : System.getenv("PATH").split(":", -1)) {
            folders.add(Path.of(folder));
        }
        // Not in everybody's PATH.
        folders.add(Path.of("/", "usr", "sbin"));
        for (Path folder : folders) {
            if (Files.isExecutable(folder.resolve(tool))) {
                return folder.resolve(tool).toString();
            }
        }
        String message = "these tests need " + tool + "; on Debian: apt-get install mosquitto mosquitto-clients";
        if (System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        Assumptions.abort(message);
        return tool;
    }

    /** Starts it, at first or again on the same port; what it had kept is gone. */
    void start() {
        try {
            process = new ProcessBuilder(
                            find("mosquitto"),
                            "-c",
                            folder.resolve("mosquitto.conf").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("mosquitto.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("mosquitto does not start", e);
        }
        Await.until("the broker", () -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Ends it the hard way. */
    void kill() {
        process.destroyForcibly();
        Await.until("the end of the broker", () -> !process.isAlive());
    }

    int port() {
        return port;
    }

    private List<String> client(String tool, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(find(tool), "-h", "127.0.0.1", "-p", Integer.toString(port), "-q", "1"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError(command + " failed: " + out);
            }
            return out.strip();
        } catch (IOException e) {
            throw new UncheckedIOException(command + " does not run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Publishes a message that the broker keeps. */
    void keep(String topic, String message, String... more) {
        List<String> command = client("mosquitto_pub", "-r", "-t", topic, "-m", message);
        command.addAll(List.of(more));
        run(command);
    }

    /** Publishes a message that the broker does not keep. */
    void publish(String topic, String message) {
        run(client("mosquitto_pub", "-t", topic, "-m", message));
    }

    /** Returns the message that the broker keeps of a topic. */
    String kept(String topic) {
        return run(client("mosquitto_sub", "-t", topic, "-C", "1", "-W", "60"));
    }

    /** Starts a client with a last will; killed, it leaves it behind. */
    Process clientWithWill(String topic, String will) throws IOException {
        List<String> command = client("mosquitto_sub", "-t", "nothing", "-i", "the-device");
        command.addAll(List.of("--will-topic", topic, "--will-payload", will, "--will-retain", "--will-qos", "1"));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Starts a client that answers each message of a topic on another one with a message of its own. */
    Process echo(String from, String to, String answer) throws IOException {
        String shell =
                "'%s' -h 127.0.0.1 -p %d -q 1 -t '%s' | while read -r message; do '%s' -h 127.0.0.1 -p %d -q 1 -t '%s' -m \"%s\"; done"
                        .formatted(find("mosquitto_sub"), port, from, find("mosquitto_pub"), port, to, answer);
        return new ProcessBuilder("sh", "-c", shell).redirectErrorStream(true).start();
    }

    /** Returns how often a word stands in the broker's log. */
    long logged(String word) {
        try {
            return Files.readAllLines(folder.resolve("mosquitto.log")).stream()
                    .filter(l -> l.contains(word))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException("no log", e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
