/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Step;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.NamePattern;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A deployment as the deployer makes it, and what it knows to be safe on the disk at each moment. */
final class Scenario {

    static final int HISTORY_MAX = 100;
    static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private final DeploymentStore store;
    private final String version;
    private final boolean commits;
    private final List<String> effects = new ArrayList<>();
    private Optional<StoredArtefact> artefact = Optional.empty();
    private long id;
    private int number;
    private boolean isBegun;
    private boolean isCommitted;
    private boolean isFinished;

    Scenario(DeploymentStore store, String version, boolean commits) {
        this.store = store;
        this.version = version;
        this.commits = commits;
    }

    long id() {
        return id;
    }

    boolean isBegun() {
        return isBegun;
    }

    boolean isCommitted() {
        return isCommitted;
    }

    boolean isFinished() {
        return isFinished;
    }

    List<String> effects() {
        return List.copyOf(effects);
    }

    Optional<StoredArtefact> artefact() {
        return artefact;
    }

    Scenario run() throws StoreException {
        id = store.journal().nextId();
        int from = store.generations().current().map(Generation::number).orElse(0);
        artefact = Optional.of(store.artefacts().put(new ByteArrayInputStream(content(version)), 1_000_000));
        DeploymentHeader header = new DeploymentHeader(id, "update " + version, "operator:test", NOW, 0);
        JournalFile journal = store.journal().announce(header);
        isBegun = true;
        boolean hasCommitted = false;
        try {
            store.journal().begin(journal, new DeploymentHeader(id, header.name(), header.who(), NOW, from));
            journal.step(Step.VERIFY, "", "");
            ModuleStep step =
                    new ModuleStep("filter", "1.0.0", version, artefact.get().digest());
            journal.modules(List.of(step));
            journal.undo(new Undo.Configuration("filter", Optional.of(Map.of("limit", 5L))));
            effects.add("configuration");
            journal.undo(new Undo.Grants("filter", grants()));
            effects.add("grants");
            journal.step(Step.SWITCH, "filter", version);
            journal.step(Step.COMMIT, "", "");
            if (commits) {
                number = store.generations().nextNumber();
                store.generations().commit(generation(number, id, version, artefact.get()));
                isCommitted = true;
                hasCommitted = true;
            }
        } catch (StoreException e) {
            store.finish(journal, entry(id, Outcome.FAILED, 0));
            throw e;
        }
        Outcome outcome = hasCommitted ? Outcome.COMMITTED : Outcome.ROLLED_BACK;
        store.finish(journal, entry(id, outcome, hasCommitted ? number : 0));
        isFinished = true;
        return this;
    }

    /** Ends what a crash cut short, as the deployer does at the start. */
    static void recover(DeploymentStore store) throws StoreException {
        for (OpenDeployment open : store.journal().openDeployments()) {
            Optional<Generation> committed = store.committed(open);
            Outcome outcome = committed.isPresent() ? Outcome.COMMITTED : Outcome.INTERRUPTED;
            store.finish(
                    open,
                    entry(
                            open.header().id(),
                            outcome,
                            committed.map(Generation::number).orElse(0)));
        }
    }

    /** Makes a store with generations 1 to {@code generations}, made by deployments of the same numbers. */
    static void base(Path folder, int generations) throws StoreException {
        try (DeploymentStore store = DeploymentStore.open(new FileDisk(false), folder, HISTORY_MAX)) {
            for (int i = 1; i <= generations; i++) {
                new Scenario(store, i + ".0.0", true).run();
            }
        }
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    static byte[] content(String version) {
        return ("module " + version).repeat(20_000 / (7 + version.length())).getBytes(StandardCharsets.UTF_8);
    }

    static List<Grant> grants() {
        return List.of(
                new Grant("filter", Capability.CHANNEL_READ, List.of(NamePattern.of("line1/*"))),
                new Grant("filter", Capability.LOG, List.of()));
    }

    static Generation generation(int number, long deployment, String version, StoredArtefact artefact) {
        GenerationModule module = new GenerationModule(
                "filter",
                version,
                ModuleKind.WASM,
                artefact.digest(),
                artefact.size(),
                "file:/filter.wasm",
                UpdateStrategy.STOP_FIRST,
                Map.of("base", "[1,2)"),
                Optional.of(Map.of("limit", number, "text", "Größe \n \u2028 \"x\"")),
                Optional.of(grants()));
        GenerationModule plain = new GenerationModule(
                "driver",
                "1.0",
                ModuleKind.NATIVE,
                artefact.digest(),
                artefact.size(),
                "",
                UpdateStrategy.SIDE_BY_SIDE,
                Map.of(),
                Optional.empty(),
                Optional.empty());
        return new Generation(number, deployment, "g" + number, "operator:test", NOW, List.of(plain, module));
    }

    static HistoryEntry entry(long deployment, Outcome outcome, int toGeneration) {
        return new HistoryEntry(
                deployment,
                "update",
                "operator:test",
                NOW,
                NOW.plusSeconds(30),
                List.of(new ModuleStep("filter", "1.0.0", "2.0.0", "ab".repeat(32))),
                outcome,
                Step.TRIAL,
                outcome == Outcome.COMMITTED ? "" : "p95 12 ms; expected at most 4 ms",
                1,
                toGeneration,
                3);
    }
}
