/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.testkit.FreePort;
import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's mosquitto on a free port of the loopback address, and its clients. */
final class Broker implements AutoCloseable {

    private final Path folder;
    private final int port;
    private PeerProcess process;

    private Broker(Path folder, int port) {
        this.folder = folder;
        this.port = port;
        this.process = launch();
    }

    /**
     * Starts a broker.
     *
     * @param lines what its configuration has besides the port
     */
    static Broker start(Path folder, String... lines) {
        return PeerProcess.onFreePort(FreePort::tcp, port -> {
            List<String> configuration = new ArrayList<>(List.of(
                    "user " + System.getProperty("user.name"), "persistence false", "listener " + port + " 127.0.0.1"));
            configuration.addAll(lines.length == 0 ? List.of("allow_anonymous true") : List.of(lines));
            try {
                Files.write(folder.resolve("mosquitto.conf"), configuration);
            } catch (IOException e) {
                throw new UncheckedIOException("no configuration for mosquitto", e);
            }
            return new Broker(folder, port);
        });
    }

    private static String find(String tool) {
        return PeerProgram.find(tool, "mosquitto mosquitto-clients").toString();
    }

    private PeerProcess launch() {
        String configuration = folder.resolve("mosquitto.conf").toString();
        return PeerProcess.start(List.of(find("mosquitto"), "-c", configuration))
                .awaitListening(port);
    }

    /** Starts it again on the same port; what it had kept is gone. */
    void start() {
        process = launch();
    }

    /** Ends it the hard way. */
    void kill() {
        process.close();
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
        return PeerProgram.run(command.toArray(String[]::new)).strip();
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
        return process.log().lines().filter(l -> l.contains(word)).count();
    }

    @Override
    public void close() {
        kill();
    }
}
