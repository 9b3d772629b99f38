/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bascule.api.module.ModuleKind;
import io.bascule.testkit.fixture.Flavour;
import io.bascule.testkit.fixture.ModuleFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One update after the other of a module that counts and writes its count to a channel, while readings flow: the count goes on from version to
 * version, and the process holds no more at the end than at the beginning.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class HotUpdateIT {

    private static final int WARM_UPS = 20;
    private static final int UPDATES = 100;
    private static final int UPDATES_AT_ONCE = 10;

    private static final int MORE_THREADS_MAX = 2;
    private static final int MORE_FILES_MAX = 2;
    private static final int MORE_CLASSES_MAX = 50;

    private MortalGateway gateway;
    private Path incoming;

    /** What a process holds after a collection. */
    private record Holding(Map<String, Long> names, long files, long classes, int bundles) {

        long threads() {
            return names.values().stream().mapToLong(Long::longValue).sum();
        }

        boolean isNoMoreThan(Holding before) {
            return threads() <= before.threads() + MORE_THREADS_MAX
                    && files <= before.files + MORE_FILES_MAX
                    && classes <= before.classes + MORE_CLASSES_MAX
                    && bundles <= before.bundles;
        }
    }

    @BeforeAll
    void boot() throws IOException, InterruptedException {
        gateway = MortalGateway.unpack("hot-updates", home -> {
            StringJoiner channels = new StringJoiner(";");
            StringJoiner grants = new StringJoiner("\n");
            channels.add("value=sine(period=10s,min=1,max=50)");
            for (ModuleKind kind : ModuleKind.values()) {
                channels.add(name(kind) + "=setpoint");
                Files.write(home.resolve("etc/flows/" + name(kind) + ".json"), flow(name(kind)));
                grants.add("flow/" + name(kind) + ".channel-write = press/" + name(kind));
            }
            MortalGateway.prepare(home, channels.toString(), 20);
            Files.writeString(
                    home.resolve("etc/io.bascule.security.grants.cfg"), grants + "\n", StandardOpenOption.APPEND);
        });
        incoming = Files.createDirectories(gateway.home().resolve("incoming"));
        gateway.boot();
    }

    @AfterAll
    void close() {
        gateway.close();
    }

    private static String name(ModuleKind kind) {
        return "hot-" + kind.name().toLowerCase(Locale.ROOT);
    }

    private static byte[] flow(String name) {
        return """
                {"name":"%1$s","stages":[
                  {"id":"in","type":"channels","channels":["press/value"]},
                  {"id":"work","type":"module","module":"%1$s","queue":{"capacity":65536,"overflow":"reject"}},
                  {"id":"out","type":"write","config":{"channels":{"press/value":"press/%1$s"}},
                   "queue":{"capacity":65536,"overflow":"reject"}}],
                 "edges":[{"from":"in","to":"work"},{"from":"work","to":"out"}]}
                """.formatted(name).getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource(ModuleKind.class)
    void aHundredUpdatesLoseNoReadingNoStateAndLeaveNothingBehind(ModuleKind kind)
            throws IOException, InterruptedException {
        deploy(kind, 0, 1);
        gateway.await("the first count", () -> count(kind) > 0);
        deploy(kind, 1, WARM_UPS);
        Holding before = look();
        double countBefore = count(kind);

        deploy(kind, 1 + WARM_UPS, UPDATES);

        awaitNoMoreThan(before);
        double counted = count(kind);
        assertTrue(counted > countBefore, counted + " after " + countBefore);
        assertEquals(0, gateway.counter(name(kind), "work", "readingsDropped"));
        assertEquals(0, gateway.counter(name(kind), "work", "faults"));
        // Readings go on meanwhile, so the count is between two looks at what came in and went out.
        long out = gateway.counter(name(kind), "work", "readingsOut");
        gateway.await("the count of what had gone out", () -> count(kind) >= out - 1);
        double last = count(kind);
        long in = gateway.counter(name(kind), "work", "readingsIn");
        assertTrue(last < in, "counted " + last + " of " + in);
    }

    /** What an update leaves behind may take a moment to go: threads end, sessions close. */
    private void awaitNoMoreThan(Holding before) throws InterruptedException {
        AtomicReference<Holding> last = new AtomicReference<>(before);
        try {
            gateway.await("what the process holds", () -> {
                last.set(look());
                return last.get().isNoMoreThan(before);
            });
        } catch (AssertionError e) {
            throw new AssertionError("expected no more than " + before + ", got " + last.get(), e);
        }
    }

    /**
     * How many threads there are of each name, numbers left out. Without those of Karaf's shell, which keeps a thread for a minute
     * for each command that came: here that is the test's own.
     */
    private Map<String, Long> threads() throws IOException {
        return Jcmd.ask(gateway.process(), "Thread.print")
                .lines()
                .filter(line -> line.startsWith("\"") && !line.startsWith("\"session-") && !line.startsWith("\"sshd-"))
                .map(line -> line.substring(1, line.indexOf('"', 1)).replaceAll("[0-9]+", "N"))
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
    }

    private void deploy(ModuleKind kind, int first, int versions) throws IOException {
        for (int done = 0; done < versions; ) {
            int end = Math.min(versions, done + UPDATES_AT_ONCE);
            StringJoiner commands = new StringJoiner(" ; ");
            for (; done < end; done++) {
                Path file =
                        ModuleFixture.write(incoming, kind, name(kind), "1." + (first + done) + ".0", Flavour.COUNTS);
                commands.add("bascule:deploy --trial 0s " + file);
            }
            gateway.ok(commands.toString());
        }
        String version = "1." + (first + versions - 1) + ".0";
        List<JsonObject> alive = gateway.list("bascule:service-list --json " + name(kind));
        assertEquals(1, alive.size(), alive.toString());
        assertEquals(version, MortalGateway.text(alive.get(0), "version"));
    }

    /** The last number that the module sent, -1 before the first. */
    private double count(ModuleKind kind) {
        JsonObject channel =
                gateway.list("bascule:channel-read --json press/" + name(kind)).get(0);
        return channel.get("value").isJsonNull() ? -1 : channel.get("value").getAsDouble();
    }

    private Holding look() {
        try {
            Jcmd.ask(gateway.process(), "GC.run");
            long pid = gateway.process().pid();
            String counters = Jcmd.ask(gateway.process(), "PerfCounter.print");
            try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
                return new Holding(
                        threads(),
                        files.count(),
                        counter(counters, "java.cls.loadedClasses") - counter(counters, "java.cls.unloadedClasses"),
                        (int) gateway.ok("bundle:list -t 0 --no-format").lines().count());
            }
        } catch (IOException e) {
            throw new AssertionError("the gateway cannot be looked at", e);
        }
    }

    private static long counter(String counters, String name) {
        return counters.lines()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + counters));
    }
}
