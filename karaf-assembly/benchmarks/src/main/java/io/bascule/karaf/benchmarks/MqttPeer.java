/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A process beside the gateway: the broker, or something that does the gateway's work. Ends with {@link #close}. */
final class MqttPeer implements AutoCloseable {

    private static final String NODE_RED = "node-red@4.1.8";
    private static final long INSTALL_MINUTES = 10;
    private static final long END_SECONDS = 10;
    private static final int LISTENS_ATTEMPTS = 100;
    private static final long LISTENS_PAUSE_NANOS = 50_000_000;

    private final Process process;

    private MqttPeer(Process process) {
        this.process = process;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static Path mosquittoProgram() throws IOException {
        return Stream.of("/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(
                        () -> new IOException("this benchmark needs mosquitto; on Debian 'apt-get install mosquitto'"));
    }

    /** Starts Debian's mosquitto, in memory, on a loopback port. */
    static MqttPeer mosquitto(Path folder, int port) throws IOException {
        Path program = mosquittoProgram();
        Path settings = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n"
                        + "max_queued_messages 1000000\nmax_inflight_messages 20000\nlog_type error\n");
        MqttPeer broker = start(folder, "mosquitto", Map.of(), List.of(program.toString(), "-c", settings.toString()));
        for (int i = 0; i < LISTENS_ATTEMPTS && !isListening(port); i++) {
            LockSupport.parkNanos(LISTENS_PAUSE_NANOS);
        }
        return broker;
    }

    static boolean isListening(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    static MqttPeer pahoLoop(Path folder, int port, int qos) throws IOException {
        return start(
                folder,
                "paho",
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PahoLoop.class.getName(),
                        String.valueOf(port),
                        String.valueOf(qos)));
    }

    /** Starts Node-RED without its editor, with the same function between two MQTT nodes. */
    static MqttPeer nodeRed(Path folder, int port, int qos) throws IOException, InterruptedException {
        Path installed = Artefacts.root().resolve("karaf-assembly/benchmarks/target/node-red");
        Path program = installed.resolve("node_modules/node-red/red.js");
        if (!Files.exists(program)) {
            Files.createDirectories(installed);
            Process npm = new ProcessBuilder(
                            "npm", "install", "--no-audit", "--no-fund", "--prefix", installed.toString(), NODE_RED)
                    .inheritIO()
                    .start();
            if (!npm.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES) || npm.exitValue() != 0) {
                throw new IOException("npm cannot install " + NODE_RED + " into " + installed);
            }
        }
        Path user = Files.createDirectories(folder.resolve("node-red-" + qos));
        Files.writeString(
                user.resolve("settings.js"),
                "module.exports = {uiHost: '127.0.0.1', uiPort: " + freePort()
                        + ", httpAdminRoot: false, httpNodeRoot: false,"
                        + " flowFile: 'flows.json', logging: {console: {level: 'warn'}}};\n");
        Files.writeString(
                user.resolve("flows.json"), """
                [{"id":"tab","type":"tab","label":"bench"},
                 {"id":"broker","type":"mqtt-broker","broker":"127.0.0.1","port":"%1$d","clientid":"node-red",
                  "autoConnect":true,"protocolVersion":"4","keepalive":"60","cleansession":true},
                 {"id":"in","type":"mqtt in","z":"tab","topic":"%2$s","qos":"%3$d","datatype":"utf8","broker":"broker",
                  "wires":[["above"]]},
                 {"id":"above","type":"function","z":"tab","outputs":1,"wires":[["out"]],
                  "func":"const value = Number(msg.payload); return value > %4$d ? {payload: value} : null;"},
                 {"id":"out","type":"mqtt out","z":"tab","topic":"%5$s","qos":"%3$d","retain":"false","broker":"broker",
                  "wires":[]}]
                """.formatted(port, MqttRun.IN, qos, MqttRun.FIRST / 2, MqttRun.OUT));
        return start(
                folder,
                "node-red-" + qos,
                Map.of("NODE_ENV", "production"),
                List.of("node", program.toString(), "--userDir", user.toString(), "--settings", user + "/settings.js"));
    }

    private static MqttPeer start(Path folder, String name, Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().putAll(environment);
        return new MqttPeer(builder.start());
    }

    /** Returns CPU seconds since it started. */
    double cpuSeconds() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
