/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.stream.Stream;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.jspecify.annotations.Nullable;

/**
 * A gateway that is started, killed and started again in one folder. Many commands go through one login, because logging in costs
 * a gateway that has just started more than any command. Used by one thread.
 */
final class MortalGateway implements AutoCloseable {

    static final Duration WAIT_MAX = Duration.ofSeconds(90);
    private static final Duration COMMAND_MAX = Duration.ofMinutes(2);
    private static final long PAUSE_NANOS = 50_000_000;
    /** So often a login is tried: on a busy machine one gets lost now and then, before any command was sent. */
    private static final int SENDS_MAX = 3;

    private static final Duration AUTH_MAX = Duration.ofMinutes(1);

    /** While a gateway starts, a command may get lost: its shell answers before all of it is there. */
    private static final Duration PROBE_MAX = Duration.ofSeconds(8);

    private final Path home;
    private final int sshPort;
    private SshClient client = newClient();
    private ProcessBuilder starter;
    private @Nullable Process process;
    private @Nullable String password;
    private Duration commandMax = COMMAND_MAX;
    private String lastMiss = "";

    /** A command that was sent and may still run; ends without an exit code when the gateway dies. */
    static final class Sent {
        private final ClientSession session;
        private final ChannelExec channel;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        private Sent(ClientSession session, String command) throws IOException {
            this.session = session;
            channel = session.createExecChannel(command);
            channel.setOut(out);
            channel.setErr(out);
            try {
                channel.open().verify(Duration.ofSeconds(30));
            } catch (IOException e) {
                session.close(true);
                throw e;
            }
        }

        /** Waits for the end and returns what was printed; the code is -1 when the gateway died. */
        Gateway.Answer await(Duration bound) {
            boolean isLate = channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), bound)
                    .contains(ClientChannelEvent.TIMEOUT);
            if (isLate) {
                throw new AssertionError("a command did not end within " + bound + "; so far: " + text());
            }
            Integer code = channel.getExitStatus();
            return new Gateway.Answer(text(), code == null ? -1 : code);
        }

        /** Whether it has ended, or its gateway has. */
        boolean isDone() {
            return channel.isClosed();
        }

        /** What it printed so far. */
        String text() {
            return out.toString(StandardCharsets.UTF_8).replaceAll("\u001b\\[[0-9;]*m", "");
        }

        void close() {
            session.close(true);
        }
    }

    /** Unpacks the distribution into a folder of its own; does not start it. */
    static MortalGateway unpack(String name, Gateway.Preparation preparation) throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("bascule.work"), name + "-" + System.nanoTime());
        Files.createDirectories(home);
        Gateway.unpack(home);
        Gateway.Ports ports = Gateway.useFreePorts(home);
        preparation.prepare(home);
        return new MortalGateway(home, ports.ssh());
    }

    /** Without the demo, which has nothing to do with what is tested, and with a device that has something to say. */
    static void prepare(Path home, String channels, int scanMillis) throws IOException {
        Files.delete(home.resolve("etc/io.bascule.driver.replay-machine.cfg"));
        Files.delete(home.resolve("etc/flows/machine-temperature.json"));
        Files.delete(home.resolve("etc/io.bascule.connectors.broker.cfg"));
        Files.delete(home.resolve("etc/io.bascule.connectors.mqtt-local.cfg"));
        try (Stream<Path> files = Files.list(home.resolve("deploy"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.writeString(
                home.resolve("etc/io.bascule.driver.simulator-press.cfg"), """
                device = press
                channels = %s
                scanPeriodMillis = %d
                """.formatted(channels, scanMillis));
    }

    private MortalGateway(Path home, int sshPort) {
        this.home = home;
        this.sshPort = sshPort;
        this.starter = new ProcessBuilder();
        startForShortLife();
    }

    private static SshClient newClient() {
        SshClient fresh = SshClient.setUpDefaultClient();
        fresh.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        fresh.start();
        return fresh;
    }

    Path home() {
        return home;
    }

    /** Starts it with this environment from now on. */
    void startWith(String variable, String value) {
        starter = new ProcessBuilder(home.resolve("bin/karaf").toString(), "daemon");
        starter.environment().put(variable, value);
    }

    /** Starts it for a short life: what the second compiler would make faster is over before it has done so. */
    void startForShortLife() {
        startWith("EXTRA_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
    }

    /** Starts the process and returns at once. */
    void start() throws IOException {
        Process started = starter.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home.resolve("console.log").toFile()))
                .start();
        started.getOutputStream().close();
        process = started;
    }

    /** Starts it and waits until its deployments answer. */
    void boot() throws IOException, InterruptedException {
        start();
        awaitAnswer();
    }

    /** Waits until the shell answers and knows the deployments. */
    void awaitAnswer() throws InterruptedException {
        await("the shell answers", Gateway.BOOT_MAX, this::isAnswering);
    }

    private boolean isAnswering() {
        Process running = process;
        if (running == null || !running.isAlive()) {
            throw new AssertionError("the gateway has ended by itself: " + logTail());
        }
        return probe(() -> shell("bascule:generations --json").code() == 0).orElse(false);
    }

    /** What is asked of a gateway that may not be up yet. */
    interface Probe<T> {
        T ask() throws IOException;
    }

    /** Asks with little patience; empty when there is no answer, or not all of it. */
    <T> Optional<T> probe(Probe<T> probe) {
        commandMax = PROBE_MAX;
        try {
            return Optional.of(probe.ask());
        } catch (IOException | AssertionError e) {
            lastMiss = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            return Optional.empty();
        } finally {
            commandMax = COMMAND_MAX;
        }
    }

    /** Why the last probe had no answer. */
    String lastMiss() {
        return lastMiss;
    }

    Process process() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("the gateway was not started");
        }
        return running;
    }

    /** Kills it with SIGKILL and waits until it is gone. */
    void kill() throws InterruptedException {
        Process running = process();
        running.destroyForcibly();
        if (!running.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("process " + running.pid() + " lives 30 s after SIGKILL");
        }
    }

    /** Stops it in order. */
    void stop() throws InterruptedException {
        Process running = process();
        running.destroy();
        if (!running.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("process " + running.pid() + " lives 60 s after SIGTERM: " + logTail());
        }
    }

    /** A session of its own for each: the gateway ends it after one command. */
    private ClientSession session() throws IOException {
        ClientSession fresh = client.connect("admin", "127.0.0.1", sshPort)
                .verify(Duration.ofSeconds(60))
                .getSession();
        try {
            fresh.addPasswordIdentity(password());
            fresh.auth().verify(commandMax.compareTo(AUTH_MAX) < 0 ? commandMax : AUTH_MAX);
        } catch (IOException e) {
            fresh.close(true);
            throw e;
        }
        return fresh;
    }

    private String password() throws IOException {
        String known = password;
        if (known != null) {
            return known;
        }
        for (String line : Files.readAllLines(home.resolve("etc/users.properties"))) {
            if (line.startsWith("admin = ")) {
                String found = line.substring("admin = ".length(), line.indexOf(','));
                password = found;
                return found;
            }
        }
        throw new IOException("etc/users.properties has no user admin (yet)");
    }

    /** Sends a command and returns at once. */
    Sent send(String command) throws IOException {
        IOException problem = new IOException("the shell took no command in " + SENDS_MAX + " attempts");
        for (int attempt = 1; attempt <= SENDS_MAX; attempt++) {
            try {
                return new Sent(session(), command);
            } catch (IOException e) {
                if (commandMax.equals(PROBE_MAX) || !process().isAlive()) {
                    throw e;
                }
                problem.addSuppressed(new IOException("attempt " + attempt + "; threads:\n" + sshThreads(), e));
                // Whose fault it is shows when another client fails too.
                client.close(true);
                client = newClient();
            }
        }
        throw problem;
    }

    /** What the threads of both sides that have to do with the shell are at. */
    private String sshThreads() {
        StringBuilder found = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (thread.getName().startsWith("sshd-")) {
                found.append(thread).append(' ').append(List.of(stack)).append('\n');
            }
        });
        try {
            for (String thread : Jcmd.ask(process(), "Thread.print").split("\n\n", -1)) {
                if (thread.startsWith("\"sshd-") || thread.contains("org.apache.karaf.shell.ssh")) {
                    found.append(thread).append('\n');
                }
            }
        } catch (IOException | AssertionError e) {
            found.append("the gateway's are not known: ").append(e);
        }
        return found.toString();
    }

    Gateway.Answer shell(String command) throws IOException {
        Sent sent = send(command);
        try {
            return sent.await(commandMax);
        } finally {
            sent.close();
        }
    }

    /** Runs a command that must succeed and returns what it printed. */
    String ok(String command) throws IOException {
        Gateway.Answer answer = shell(command);
        if (answer.code() != 0) {
            throw new AssertionError("'" + command + "' failed: " + answer.output() + "\n" + logTail());
        }
        return answer.output();
    }

    /** Runs a command that must fail and returns what it printed. */
    String refused(String command) throws IOException {
        Gateway.Answer answer = shell(command);
        if (answer.code() == 0) {
            throw new AssertionError("'" + command + "' was expected to fail: " + answer.output());
        }
        if (answer.output().contains("\tat ")) {
            throw new AssertionError("'" + command + "' printed a stack trace: " + answer.output());
        }
        return answer.output();
    }

    JsonElement json(String command) throws IOException {
        return JsonParser.parseString(ok(command));
    }

    /** Runs commands that each print one line of JSON, in one go. */
    List<JsonElement> jsons(String... commands) throws IOException {
        List<JsonElement> found = new ArrayList<>();
        for (String line : ok(String.join(" ; ", commands))
                .lines()
                .filter(l -> !l.isBlank())
                .toList()) {
            found.add(JsonParser.parseString(line));
        }
        if (found.size() != commands.length) {
            throw new AssertionError(commands.length + " commands gave " + found.size() + " lines: " + found);
        }
        return found;
    }

    /** The elements of a JSON list. */
    static List<JsonObject> objects(JsonElement list) {
        List<JsonObject> objects = new ArrayList<>();
        list.getAsJsonArray().forEach(each -> objects.add(each.getAsJsonObject()));
        return objects;
    }

    /** Asks for a JSON list; an answer that does not come is a failed assertion. */
    List<JsonObject> list(String command) {
        try {
            return objects(json(command));
        } catch (IOException e) {
            throw new UncheckedIOException("the shell does not answer '" + command + "': " + e, e);
        }
    }

    /** The text of a member, empty when it is null or missing. */
    static String text(JsonObject object, String member) {
        JsonElement value = object.get(member);
        return value == null || value.isJsonNull() ? "" : value.getAsString();
    }

    /** Finds one stage of one flow in what {@code bascule:flow-list --json} says. */
    static Optional<JsonObject> stage(List<JsonObject> flows, String flow, String stage) {
        return flows.stream()
                .filter(each -> text(each, "name").equals(flow))
                .map(each -> each.getAsJsonArray("stages"))
                .filter(each -> !each.equals(new JsonArray()))
                .flatMap(each -> objects(each).stream())
                .filter(each -> text(each, "id").equals(stage))
                .findFirst();
    }

    /** A counter of a stage, -1 when there is no such flow or stage. */
    long counter(String flow, String stage, String counter) {
        return stage(list("bascule:flow-list --json"), flow, stage)
                .map(each -> each.get(counter).getAsLong())
                .orElse(-1L);
    }

    /** Puts a file into place at once, as a careful person does: written beside it, then moved. */
    void put(String path, byte[] content) throws IOException {
        Path target = home.resolve(path);
        Files.createDirectories(target.getParent());
        Path draft = home.resolve("draft-" + System.nanoTime());
        Files.write(draft, content);
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes what is in the data folder: the framework's cache, logs, everything but the archive of loaded classes. */
    void wipeData() throws IOException {
        try (Stream<Path> paths = Files.list(home.resolve("data"))) {
            for (Path path : paths.toList()) {
                if (!path.endsWith("classes.jsa")) {
                    delete(path);
                }
            }
        }
    }

    static void delete(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    String logTail() {
        return Gateway.logTail(home);
    }

    /** Every line of the log that is there. */
    List<String> log() throws IOException {
        return Gateway.log(home);
    }

    void await(String what, BooleanSupplier condition) throws InterruptedException {
        await(what, WAIT_MAX, condition);
    }

    void await(String what, Duration bound, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited " + bound.toSeconds() + " s in vain for: " + what + "\n" + logTail());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        client.stop();
        Process running = process;
        if (running != null && running.isAlive()) {
            running.destroy();
            try {
                if (!running.waitFor(20, TimeUnit.SECONDS)) {
                    running.destroyForcibly();
                }
            } catch (InterruptedException e) {
                running.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
