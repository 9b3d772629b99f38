/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.module.ModuleKind;
import io.bascule.testkit.fixture.Flavour;
import io.bascule.testkit.fixture.ModuleFixture;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Updates and rollbacks in the real distribution while data flows, for a native module and for the same one in WebAssembly;
 * the framework's own update of the native one; and whether many updates leave anything behind.
 */
final class LifecycleSuite implements Bench.Suite {

    private static final long TIME_MAX_NANOS = TimeUnit.MINUTES.toNanos(15);

    static final int HOT = 1000;
    private static final int HOT_SECONDS = 150;
    private static final int SHORT_HOT_SECONDS = 600;

    /** Works a little while and then fails every call. */
    private static final Flavour BAD = Flavour.TRAPS_LATER;

    @Override
    public String run(PrintStream progress) throws Exception {
        // Everything but the hot updates is short then, and these are so many.
        int shortHot = Bench.shortened();
        Map<ModuleKind, Properties> results = new LinkedHashMap<>();
        for (ModuleKind kind : new ModuleKind[] {ModuleKind.NATIVE, ModuleKind.WASM}) {
            progress.println(kind + ": updates under load, then " + (shortHot > 0 ? shortHot : HOT) + " hot updates");
            results.put(kind, measure(kind, shortHot));
        }
        return new LifecycleReport(results).text();
    }

    private static Properties measure(ModuleKind kind, int shortHot) throws Exception {
        Path work = Files.createTempDirectory("bascule-bench-lifecycle");
        try (Gateway gateway = Gateway.unpack(work.resolve("gateway"))) {
            gateway.removeDemo();
            LifecyclePlan plan = plan(kind, work.resolve("artefacts"), shortHot);
            makeArtefacts(kind, plan);
            plan.write(gateway.home().resolve(LifecyclePlan.FILE));
            addProbe(gateway);
            Files.writeString(
                    gateway.home().resolve("etc/io.bascule.security.grants.cfg"),
                    "\n" + LifecyclePlan.MODULE + ".emit = true\n" + LifecyclePlan.MODULE + ".channel-read = **\n"
                            + LifecyclePlan.MODULE + ".channel-write = **\n",
                    StandardOpenOption.APPEND);
            writeFlow(gateway, LifecyclePlan.FLOW, LifecyclePlan.MODULE, "block");
            if (plan.plain() > 0) {
                writeFlow(gateway, LifecyclePlan.PLAIN_BLOCK, LifecyclePlan.PLAIN, "block");
                writeFlow(gateway, LifecyclePlan.PLAIN_DROP, LifecyclePlan.PLAIN, "drop-oldest");
            }
            gateway.setEnvironment("EXTRA_JAVA_OPTS", Pauses.OPTION);
            gateway.start();
            try (Metronome metronome = new Metronome(Math.toIntExact(TimeUnit.NANOSECONDS.toSeconds(TIME_MAX_NANOS)))) {
                Properties results = await(gateway);
                LoadPhase.put(results, LifecycleReport.MACHINE, metronome.lateness(switches(results)));
                return results;
            }
        } finally {
            Gateway.delete(work);
        }
    }

    private static SequenceRun.Windows switches(Properties results) {
        long[] ends = Arrays.stream(results.getProperty(LoadPhase.SWITCHES).split(" ", -1))
                .mapToLong(Long::parseLong)
                .toArray();
        return at -> {
            for (int i = 0; i < ends.length; i += 2) {
                if (at - ends[i] >= 0 && at - ends[i + 1] < 0) {
                    return true;
                }
            }
            return false;
        };
    }

    private static LifecyclePlan plan(ModuleKind kind, Path artefacts, int shortHot) {
        int plain = kind == ModuleKind.NATIVE ? 10 : 0;
        String ending = kind == ModuleKind.NATIVE ? ".jar" : ".wasm";
        return shortHot > 0
                ? new LifecyclePlan(
                        ending, artefacts, 3, 12, 4, 2, 500, plain / 2, shortHot / 10, shortHot, SHORT_HOT_SECONDS)
                : new LifecyclePlan(ending, artefacts, 10, 60, 20, 5, 500, plain, HOT / 10, HOT, HOT_SECONDS);
    }

    private static void makeArtefacts(ModuleKind kind, LifecyclePlan plan) throws IOException {
        Path folder = Files.createDirectories(plan.artefacts());
        for (int i = 0; i <= plan.warmUps(); i++) {
            ModuleFixture.write(folder, kind, LifecyclePlan.MODULE, LifecyclePlan.warmUpVersion(i), Flavour.GOOD);
        }
        for (int i = 0; i < plan.updates() + plan.rollbacks(); i++) {
            Flavour flavour = plan.isBad(i) ? BAD : Flavour.GOOD;
            ModuleFixture.write(folder, kind, LifecyclePlan.MODULE, LifecyclePlan.loadVersion(i), flavour);
        }
        // One to begin with, and so many for each of the two flows.
        for (int i = 0; plan.plain() > 0 && i <= 2 * plan.plain(); i++) {
            ModuleFixture.write(folder, kind, LifecyclePlan.PLAIN, LifecyclePlan.loadVersion(i), Flavour.GOOD);
        }
        for (int i = 0; i < plan.hotWarmUps() + plan.hot(); i++) {
            ModuleFixture.write(folder, kind, LifecyclePlan.MODULE, LifecyclePlan.hotVersion(i), Flavour.GOOD);
        }
    }

    private static void addProbe(Gateway gateway) throws IOException {
        gateway.addBundle(
                UpdateProbe.class,
                "org.osgi.framework,io.bascule.api.channel,io.bascule.api.flow,io.bascule.api.flow.spi,"
                        + "io.bascule.api.module,io.bascule.api.module.deployment,io.bascule.api.module.traffic,"
                        + "io.bascule.api.security",
                90,
                LifecyclePlan.class,
                SequenceRun.class,
                SequenceEnds.class,
                Deployer.class,
                LoadPhase.class,
                PlainPhase.class,
                HotPhase.class,
                Resources.class,
                Pauses.class);
    }

    private static void writeFlow(Gateway gateway, String name, String module, String overflow) throws IOException {
        String document = """
                {"name":"%s","stages":[{"id":"in","type":"%s"},
                {"id":"work","type":"module","module":"%s","onFault":"retry","queue":{"overflow":"%s"}},
                {"id":"out","type":"%s"}],
                "edges":[{"from":"in","to":"work"},{"from":"work","to":"out"}]}
                """.formatted(name, SequenceEnds.SOURCE + name, module, overflow, SequenceEnds.SINK + name);
        Files.writeString(gateway.home().resolve("etc/flows/" + name + ".json"), document);
    }

    private static Properties await(Gateway gateway) throws IOException, InterruptedException {
        Path file = gateway.home().resolve(UpdateProbe.FILE);
        long until = System.nanoTime() + TIME_MAX_NANOS;
        while (!Files.exists(file)) {
            if (System.nanoTime() - until > 0) {
                throw new IOException("the gateway did not do what it was to within "
                        + TimeUnit.NANOSECONDS.toMinutes(TIME_MAX_NANOS) + " minutes");
            }
            new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS);
        }
        Properties results = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            results.load(in);
        }
        String failure = results.getProperty(UpdateProbe.FAILURE);
        if (failure != null) {
            throw new IOException("the measurement failed: " + failure);
        }
        return results;
    }
}
