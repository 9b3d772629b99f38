/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.testkit.FreePort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;

/** One running gateway: the unpacked distribution, its process and its shell. Used by one thread. */
final class Gateway implements AutoCloseable {

    /** A busy machine with two processors boots in about half a minute. */
    static final Duration BOOT_MAX = Duration.ofMinutes(3);

    static final Duration WAIT_MAX = Duration.ofSeconds(90);
    private static final Duration COMMAND_MAX = Duration.ofSeconds(90);
    private static final long PAUSE_NANOS = 200_000_000;

    private final Path home;
    private final Process process;
    private final int sshPort;
    private final int httpPort;
    private final long bootMillis;
    private final SshClient client = SshClient.setUpDefaultClient();

    /** Changes the unpacked distribution before it starts. */
    interface Preparation {
        void prepare(Path home) throws IOException;
    }

    /** What a command printed, and its exit code as ssh reports it. */
    record Answer(String output, int code) {}

    /** Unpacks the distribution into a folder of its own and boots it without a terminal. */
    static Gateway boot(String name, Preparation preparation) throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("bascule.work"), name + "-" + System.nanoTime());
        Files.createDirectories(home);
        unpack(home);
        Ports ports = useFreePorts(home);
        preparation.prepare(home);
        return new Gateway(home, ports.ssh(), ports.http());
    }

    /** Unpacks the distribution into {@code home}. */
    static void unpack(Path home) throws IOException, InterruptedException {
        String archive = System.getProperty("bascule.distribution");
        run(List.of("tar", "-xzf", archive, "-C", home.toString(), "--strip-components=1"));
    }

    /** Where an unpacked distribution listens. */
    record Ports(int ssh, int http) {}

    /** Changes the ports of an unpacked distribution to free ones. */
    static Ports useFreePorts(Path home) throws IOException {
        Ports ports = new Ports(FreePort.tcp(), FreePort.tcp());
        replace(home.resolve("etc/org.apache.karaf.shell.cfg"), "sshPort = 8101", "sshPort = " + ports.ssh());
        replace(
                home.resolve("etc/org.apache.felix.http.cfg"),
                "org.osgi.service.http.port = 8181",
                "org.osgi.service.http.port = " + ports.http());
        String broker = "port = " + FreePort.tcp();
        replace(home.resolve("etc/io.bascule.connectors.broker.cfg"), "port = 1883", broker);
        replace(home.resolve("etc/io.bascule.connectors.mqtt-local.cfg"), "port = 1883", broker);
        return ports;
    }

    private Gateway(Path home, int sshPort, int httpPort) throws IOException, InterruptedException {
        this.home = home;
        this.sshPort = sshPort;
        this.httpPort = httpPort;
        long begin = System.nanoTime();
        // Standard input is at its end: what a service manager gives.
        process = new ProcessBuilder(home.resolve("bin/karaf").toString(), "daemon")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("console.log").toFile())
                .start();
        process.getOutputStream().close();
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        client.start();
        try {
            await("the shell answers", BOOT_MAX, () -> isAnswering());
        } catch (AssertionError e) {
            close();
            throw e;
        }
        bootMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    private boolean isAnswering() {
        if (!process.isAlive()) {
            throw new AssertionError("the gateway ended with code " + process.exitValue() + ": " + logTail());
        }
        try {
            return shell("bascule:status").code() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    Path home() {
        return home;
    }

    Process process() {
        return process;
    }

    int httpPort() {
        return httpPort;
    }

    long bootMillis() {
        return bootMillis;
    }

    /** Returns the password that the first start made. */
    String password() throws IOException {
        for (String line : Files.readAllLines(home.resolve("etc/users.properties"))) {
            if (line.startsWith("admin = ")) {
                return line.substring("admin = ".length(), line.indexOf(','));
            }
        }
        throw new IOException("etc/users.properties has no user admin (yet)");
    }

    /** Runs a command in the gateway's shell as its administrator. */
    Answer shell(String command) throws IOException {
        return shell("admin", password(), command);
    }

    Answer shell(String user, String password, String command) throws IOException {
        try (ClientSession session = client.connect(user, "127.0.0.1", sshPort)
                .verify(Duration.ofSeconds(60))
                .getSession()) {
            session.addPasswordIdentity(password);
            session.auth().verify(Duration.ofSeconds(60));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (ChannelExec channel = session.createExecChannel(command)) {
                channel.setOut(out);
                channel.setErr(out);
                channel.open().verify(Duration.ofSeconds(60));
                if (channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), COMMAND_MAX)
                        .contains(ClientChannelEvent.TIMEOUT)) {
                    throw new AssertionError("'" + command + "' did not end within " + COMMAND_MAX);
                }
                Integer code = channel.getExitStatus();
                String text = out.toString(StandardCharsets.UTF_8).replaceAll("\u001b\\[[0-9;]*m", "");
                return new Answer(text, code == null ? -1 : code);
            }
        }
    }

    /** Runs a command that must succeed and returns what it printed. */
    String ok(String command) throws IOException {
        Answer answer = shell(command);
        if (answer.code() != 0) {
            throw new AssertionError("'" + command + "' failed: " + answer.output());
        }
        return answer.output();
    }

    JsonElement json(String command) throws IOException {
        return JsonParser.parseString(ok(command));
    }

    /** Finds the element called {@code name} in the list that {@code command} prints as JSON. */
    Optional<JsonObject> find(String command, String name) {
        try {
            JsonArray list = json(command).getAsJsonArray();
            for (JsonElement element : list) {
                if (element.getAsJsonObject().get("name").getAsString().equals(name)) {
                    return Optional.of(element.getAsJsonObject());
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new AssertionError("the shell does not answer '" + command + "'", e);
        }
    }

    Optional<JsonObject> module(String name) {
        return find("bascule:module-list --json", name);
    }

    String moduleState(String name) {
        return module(name).map(m -> m.get("state").getAsString()).orElse("absent");
    }

    Optional<JsonObject> channel(String name) {
        return find("bascule:channel-list --json", name);
    }

    Optional<JsonObject> flow(String name) {
        return find("bascule:flow-list --json", name);
    }

    String flowState(String name) {
        return flow(name).map(f -> f.get("state").getAsString()).orElse("absent");
    }

    /** Returns a counter of a stage of a flow, -1 when there is no such flow or stage. */
    long stageCounter(String flow, String stage, String counter) {
        for (JsonElement element :
                flow(flow).map(f -> f.getAsJsonArray("stages")).orElse(new JsonArray())) {
            if (element.getAsJsonObject().get("id").getAsString().equals(stage)) {
                return element.getAsJsonObject().get(counter).getAsLong();
            }
        }
        return -1;
    }

    /** Puts a file into place at once, as a careful person does: written beside it, then moved. */
    void put(String path, byte[] content) throws IOException {
        Path target = home.resolve(path);
        Files.createDirectories(target.getParent());
        Path draft = home.resolve("data").resolve("draft-" + System.nanoTime());
        Files.write(draft, content);
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    }

    String logTail() {
        return logTail(home);
    }

    /** The end of what the gateway in a folder said, but for the login of each command. */
    static String logTail(Path home) {
        try {
            List<String> lines = new ArrayList<>(last(lines(home.resolve("console.log")), 15));
            lines.addAll(last(
                    log(home).stream().filter(l -> !l.contains("authenticated")).toList(), 40));
            return String.join("\n", lines);
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    /** Every line of the log that is there. */
    static List<String> log(Path home) throws IOException {
        return lines(home.resolve("data/log/karaf.log"));
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static List<String> last(List<String> lines, int max) {
        return lines.subList(Math.max(0, lines.size() - max), lines.size());
    }

    /** Waits until {@code condition} holds. */
    void await(String what, BooleanSupplier condition) throws InterruptedException {
        await(what, WAIT_MAX, condition);
    }

    private void await(String what, Duration bound, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited " + bound.toSeconds() + " s in vain for: " + what + "\n" + logTail());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Sends SIGTERM and returns how many milliseconds the process took to end. */
    long terminate(Duration bound) throws InterruptedException {
        long begin = System.nanoTime();
        process.destroy();
        if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the gateway still runs " + bound.toSeconds() + " s after SIGTERM: " + logTail());
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    @Override
    public void close() {
        client.stop();
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    static void replace(Path file, String old, String fresh) throws IOException {
        String text = Files.readString(file);
        if (!text.contains(old)) {
            throw new AssertionError(file + " does not contain '" + old + "'");
        }
        Files.writeString(file, text.replace(old, fresh));
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new AssertionError(String.join(" ", command) + " ended with " + process.exitValue());
        }
    }
}
