/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static io.bascule.karaf.itests.MortalGateway.text;

import com.google.gson.JsonObject;
import io.bascule.api.module.ModuleKind;
import io.bascule.karaf.itests.KillOperation.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One gateway that is killed again and again and looked at after each kill. What happens follows from a seed, as far as the
 * machine lets it. Every kill is a line of {@code kills-NAME.csv} beside the gateways. Used by one thread.
 */
final class KillLane implements AutoCloseable {

    /** Deployments are given so long before the kill comes anyhow. */
    private static final Duration STEP_MAX = Duration.ofSeconds(20);

    private static final Duration BOOT_MAX = Duration.ofMinutes(4);
    private static final long LOOK_NANOS = 50_000;
    private static final Pattern NUMBER = Pattern.compile("Deployment (\\d+):");
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final List<ModuleKind> MODULES = List.of(ModuleKind.values());
    private static final List<String> STEPS =
            List.of("verify", "resolve", "stage", "self-test", "switch", "trial", "commit");

    private final String name;
    private final Random random;
    private final MortalGateway gateway;
    private final StoreOnDisk store;
    private final KillOperation.Maker maker;
    private final Path record;
    private final AtomicInteger kills;
    private CommittedState state;
    private long bootMillis = 5000;

    /** What was on the disk at the moment of a kill. */
    private record Death(
            int generation, long committedBy, String step, long deployment, boolean hasEnd, List<Long> accepted) {

        boolean hasCommitted() {
            return deployment == committedBy;
        }
    }

    /** Boots a gateway with two modules through which data flows. */
    KillLane(String name, long seed, AtomicInteger kills) throws IOException, InterruptedException {
        this.name = name;
        this.random = new Random(seed);
        this.kills = kills;
        gateway = MortalGateway.unpack("kill-" + name, home -> {
            MortalGateway.prepare(home, "speed=sine(period=10s,min=0,max=50);heat=constant(value=42)", 50);
            for (ModuleKind kind : ModuleKind.values()) {
                String module = KillOperation.Maker.base(kind);
                Files.write(home.resolve("etc/flows/" + module + ".json"), flow(module));
            }
        });
        store = new StoreOnDisk(gateway.home());
        maker = new KillOperation.Maker(gateway.home(), random);
        record = gateway.home().resolveSibling("kills-" + name + ".csv");
        Files.writeString(record, "operation,module,planned,step,generation,recovery kills,wiped,boot ms,cycle ms\n");
        // The first run makes the archive of loaded classes, the later ones start with it: each boot counts.
        gateway.startWith("BASCULE_CLASS_ARCHIVE", "make");
        boolean isReady = false;
        try {
            gateway.boot();
            gateway.ok(maker.install());
            gateway.stop();
            gateway.startForShortLife();
            gateway.start();
            state = settled("the first start");
            isReady = true;
        } finally {
            if (!isReady) {
                gateway.close();
            }
        }
    }

    private static byte[] flow(String module) {
        return """
                {"name":"%s","stages":[
                  {"id":"in","type":"channels","channels":["press/*"]},
                  {"id":"work","type":"module","module":"%s"}],
                 "edges":[{"from":"in","to":"work"}]}
                """.formatted(module, module).getBytes(StandardCharsets.UTF_8);
    }

    /** Kills during one operation at a random time, and perhaps again during the boots after it. */
    void killAtRandom() throws IOException, InterruptedException {
        ModuleKind module = MODULES.get(random.nextInt(MODULES.size()));
        Kind kind = randomKind(module);
        KillOperation operation = maker.make(kind, module, state);
        int stepIndex = random.nextInt(2 * STEPS.size());
        String step = stepIndex < STEPS.size() ? STEPS.get(stepIndex) : "";
        // Half of the kills come some time after the command, half of them shortly after a step was announced.
        long delayNanos = TimeUnit.MILLISECONDS.toNanos(random.nextInt(step.isEmpty() ? 2500 : 150));
        Trigger trigger = step.isEmpty() ? journal -> true : isAnnounced(step);
        int recoveryKills = random.nextInt(10) < 6 ? 1 + random.nextInt(2) : 0;
        boolean isWiped = random.nextInt(14) == 0;
        String planned = (step.isEmpty() ? "sent" : step) + " + " + TimeUnit.NANOSECONDS.toMillis(delayNanos) + " ms";
        cycle(operation, module, planned, trigger, delayNanos, recoveryKills, isWiped);
    }

    private Kind randomKind(ModuleKind module) {
        while (true) {
            Kind kind = KINDS.get(random.nextInt(KINDS.size()));
            if (KillOperation.Maker.isPossible(kind, module, state)) {
                return kind;
            }
        }
    }

    /**
     * Kills the moment a step is in the journal.
     *
     * @return the step that was announced last when the gateway was dead: it may have been faster than the kill
     */
    String killAt(Kind kind, ModuleKind module, String step) throws IOException, InterruptedException {
        if (!KillOperation.Maker.isPossible(kind, module, state)) {
            // Removed or changed without a kill, so that it can be done.
            Kind first = kind == Kind.INSTALL ? Kind.REMOVE : Kind.UPDATE;
            gateway.ok(maker.make(first, module, state).command());
            state = settled("before the operation");
        }
        return cycle(maker.make(kind, module, state), module, step, isAnnounced(step), 0, 0, false);
    }

    /** Says by a look at a journal whether it is time to kill. */
    private interface Trigger {
        boolean isDue(String journal);
    }

    private static Trigger isAnnounced(String step) {
        return journal -> journal.contains("\"step\":\"" + step + "\"");
    }

    private String cycle(
            KillOperation operation,
            ModuleKind module,
            String planned,
            Trigger trigger,
            long delayNanos,
            int recoveryKills,
            boolean isWiped)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        String what = operation.kind() + " of " + module + ", killed at " + planned + ", then " + recoveryKills
                + " times during the boot" + (isWiped ? ", data wiped" : "") + ": " + operation.command();
        Death death = killDuring(operation, trigger, delayNanos);
        if (isWiped) {
            gateway.wipeData();
        }
        for (int i = 0; i < recoveryKills; i++) {
            gateway.start();
            long lifeMillis = (long) (bootMillis * (0.2 + 0.9 * random.nextDouble()));
            if (gateway.process().waitFor(lifeMillis, TimeUnit.MILLISECONDS)) {
                throw new AssertionError(what + ": the gateway ended by itself: " + gateway.logTail());
            }
            gateway.kill();
            kills.incrementAndGet();
        }
        long bootBegin = System.nanoTime();
        gateway.start();
        CommittedState before = state;
        state = settled(what + "; " + death);
        long boot = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - bootBegin);
        if (!isWiped) {
            bootMillis = boot;
        }
        judge(what, operation, before, death);
        Files.writeString(
                record,
                String.join(
                                ",",
                                operation.kind().name(),
                                module.name(),
                                planned,
                                death.step(),
                                String.valueOf(state.generation()),
                                String.valueOf(recoveryKills),
                                String.valueOf(isWiped),
                                String.valueOf(boot),
                                String.valueOf(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)))
                        + "\n",
                StandardOpenOption.APPEND);
        return death.step();
    }

    private Death killDuring(KillOperation operation, Trigger trigger, long delayNanos)
            throws IOException, InterruptedException {
        MortalGateway.Sent sent = gateway.send(operation.command());
        long begin = System.nanoTime();
        long dueNanos = Long.MAX_VALUE;
        while (System.nanoTime() < dueNanos && System.nanoTime() - begin < STEP_MAX.toNanos() + delayNanos) {
            if (dueNanos == Long.MAX_VALUE && trigger.isDue(store.journal())) {
                dueNanos = System.nanoTime() + delayNanos;
            } else if (dueNanos == Long.MAX_VALUE && sent.isDone()) {
                // It never came to that step, as a broken version does not.
                dueNanos = System.nanoTime();
            }
            if (System.nanoTime() < dueNanos) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
        gateway.kill();
        kills.incrementAndGet();
        List<Long> accepted = new ArrayList<>();
        Matcher matcher = NUMBER.matcher(sent.text());
        while (matcher.find()) {
            accepted.add(Long.parseLong(matcher.group(1)));
        }
        sent.close();
        List<Path> journals = store.journals();
        long deployment = journals.isEmpty()
                ? 0
                : Long.parseLong(String.valueOf(journals.get(0).getFileName()).replace(".journal", ""));
        return new Death(
                store.currentGeneration(),
                store.committedBy(),
                store.lastStep(),
                deployment,
                store.journal().contains("\"type\":\"end\""),
                accepted);
    }

    /** Waits until the gateway is up and everything it says goes together. */
    private CommittedState settled(String what) throws InterruptedException {
        long end = System.nanoTime() + BOOT_MAX.toNanos();
        String last = "it never answered";
        while (System.nanoTime() < end) {
            if (!gateway.process().isAlive()) {
                throw new AssertionError(what + ": the gateway ended by itself: " + gateway.logTail());
            }
            Optional<CommittedState> now = gateway.probe(() -> CommittedState.ask(gateway));
            if (now.isPresent() && now.get().problems().isEmpty()) {
                return now.get();
            }
            last = now.map(each -> each.problems().toString()).orElseGet(gateway::lastMiss);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        throw new AssertionError("lane " + name + ", " + what + ": after " + BOOT_MAX.toSeconds()
                + " s it is not as it should be: " + last + "\n" + gateway.logTail());
    }

    private void judge(String what, KillOperation operation, CommittedState before, Death death) {
        List<String> wrong = new ArrayList<>();
        if (state.generation() != death.generation()) {
            wrong.add("generation " + death.generation() + " was committed when it died, " + state.generation()
                    + " is current now");
        }
        boolean isOld = state.generation() == before.generation();
        List<Map<String, String>> allowed = isOld ? List.of(before.modules()) : operation.after();
        if (!allowed.contains(state.modules())) {
            wrong.add("expected the modules to be one of " + allowed + ", got " + state.modules());
        }
        boolean isBeforeCommit = !death.step().isEmpty() && !death.step().equals("commit");
        if (isBeforeCommit && !isOld && operation.after().size() == 1) {
            wrong.add("it died in step " + death.step() + ", and yet generation " + state.generation() + " is current");
        }
        judgeHistory(death, wrong);
        if (!wrong.isEmpty()) {
            throw new AssertionError("lane " + name + ", " + what + "; " + death + ": " + String.join("; ", wrong)
                    + "\n" + state.history() + "\n" + gateway.logTail());
        }
    }

    private Optional<JsonObject> entry(long id) {
        return state.history().stream()
                .filter(entry -> entry.get("id").getAsLong() == id)
                .findFirst();
    }

    private void judgeHistory(Death death, List<String> wrong) {
        for (long id : death.accepted()) {
            Optional<JsonObject> entry = entry(id);
            boolean hasWaited = death.deployment() != 0 && id > death.deployment();
            if (entry.isEmpty()) {
                wrong.add("deployment " + id + " was accepted and has no entry in the history");
            } else if (hasWaited && !text(entry.get(), "outcome").equals("interrupted")) {
                wrong.add("expected deployment " + id + ", which waited, to be interrupted, got " + entry.get());
            }
        }
        long last = Long.MAX_VALUE;
        for (JsonObject entry : state.history()) {
            long id = entry.get("id").getAsLong();
            if (id >= last) {
                wrong.add("the history has deployment " + id + " after " + last);
            }
            last = id;
        }
        if (death.deployment() == 0 || death.hasEnd()) {
            return;
        }
        JsonObject entry = entry(death.deployment()).orElse(null);
        String expected = death.hasCommitted() ? "committed" : "interrupted";
        if (entry == null) {
            wrong.add("deployment " + death.deployment() + " has no entry in the history");
        } else if (!text(entry, "outcome").equals(expected)) {
            wrong.add("expected deployment " + death.deployment() + " to be " + expected + ", got " + entry);
        } else if (expected.equals("interrupted")
                && !death.step().isEmpty()
                && !text(entry, "step").equals(death.step())) {
            wrong.add(
                    "expected deployment " + death.deployment() + " to end in step " + death.step() + ", got " + entry);
        }
    }

    /** Looks at the whole history: each deployment once, in order, and each outcome a known one. */
    void checkHistory() throws IOException {
        List<JsonObject> all = gateway.list("bascule:history --json --limit 100000");
        long last = Long.MAX_VALUE;
        for (JsonObject entry : all) {
            long id = entry.get("id").getAsLong();
            if (id >= last) {
                throw new AssertionError("lane " + name + ": the history has deployment " + id + " after " + last);
            }
            last = id;
        }
    }

    Path record() {
        return record;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "lane %s, generation %d", name, state.generation());
    }

    @Override
    public void close() {
        gateway.close();
    }
}
