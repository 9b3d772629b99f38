/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.folder;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentManager;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Preview;
import io.bascule.api.module.deployment.Step;
import io.bascule.api.security.Subject;
import io.bascule.core.lifecycle.manifest.ManifestReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A deployment manager in memory: each deployment ends at once. An artefact is a text file, its first word the module's name;
 * one with the word {@code broken} fails. Safe for use by any thread.
 */
final class FakeManager implements DeploymentManager {

    private static final Instant TIME = Instant.parse("2026-01-31T12:00:00Z");

    private final List<DeploymentPlan> plans = new ArrayList<>();
    private final List<HistoryEntry> history = new ArrayList<>();
    private final Map<String, GenerationModule> modules = new LinkedHashMap<>();
    private final Map<Long, Deployment> ended = new LinkedHashMap<>();
    private int refusals;
    private Outcome good = Outcome.COMMITTED;

    /** Refuses the next deployments. */
    synchronized void refuse(int count) {
        refusals = count;
    }

    /** Says how a deployment ends that nothing is wrong with. */
    synchronized void end(Outcome outcome) {
        good = outcome;
    }

    /** What an operator does: a module of another origin. */
    synchronized void bring(String name, String digest) {
        modules.put(name, module(name, digest, "file:/elsewhere"));
    }

    synchronized List<DeploymentPlan> plans() {
        return List.copyOf(plans);
    }

    synchronized List<String> names() {
        return List.copyOf(modules.keySet());
    }

    private static GenerationModule module(String name, String digest, String url) {
        return new GenerationModule(
                name,
                "1.0.0",
                ModuleKind.NATIVE,
                digest,
                1,
                url,
                UpdateStrategy.SIDE_BY_SIDE,
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    @Override
    public DeploymentPlan readManifest(String json, String base) throws ModuleException {
        return ManifestReader.read(json, base);
    }

    @Override
    public synchronized long submit(DeploymentPlan plan, Subject who) throws ModuleException {
        if (refusals > 0) {
            refusals--;
            throw new ModuleException("8 deployments wait already");
        }
        plans.add(plan);
        long id = plans.size();
        Outcome outcome = good;
        for (ModuleChange change : plan.changes()) {
            if (change instanceof ModuleChange.Put put && text(put.url()).contains("broken")) {
                outcome = Outcome.FAILED;
            } else if (change instanceof ModuleChange.Put put && good == Outcome.COMMITTED) {
                String name = text(put.url()).split(" ", -1)[0];
                modules.put(name, module(name, put.sha256(), put.url()));
            } else if (good == Outcome.COMMITTED) {
                modules.remove(change.name());
            }
        }
        String reason = outcome == Outcome.FAILED ? "step self-test: fir: self-test answered 3, expected 0" : "";
        history.add(
                0,
                new HistoryEntry(
                        id,
                        plan.name(),
                        who.toString(),
                        TIME,
                        TIME,
                        List.of(),
                        outcome,
                        Step.SELF_TEST,
                        reason,
                        1,
                        2,
                        0));
        ended.put(
                id,
                new Deployment(
                        id,
                        plan.name(),
                        who.toString(),
                        TIME,
                        Step.SELF_TEST,
                        "",
                        List.of(),
                        Optional.of(outcome),
                        reason,
                        1,
                        2));
        return id;
    }

    private static String text(String url) throws ModuleException {
        try {
            return Files.readString(Path.of(URI.create(url)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ModuleException("cannot read " + url, e);
        }
    }

    @Override
    public synchronized Deployment await(long id, Duration time) {
        return find(id).orElseThrow();
    }

    @Override
    public synchronized Optional<Deployment> find(long id) {
        return Optional.ofNullable(ended.get(id));
    }

    @Override
    public synchronized Optional<Generation> current() {
        return Optional.of(new Generation(1, 1, "x", "operator:ada", TIME, List.copyOf(modules.values())));
    }

    @Override
    public synchronized List<HistoryEntry> history(int max) {
        return List.copyOf(history);
    }

    @Override
    public Preview preview(DeploymentPlan plan) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long rollback(int generation, Subject who) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean cancel(long id, Subject who) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Deployment> list() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Generation> generations() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void exportHistory(Appendable out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void pause(String module) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void resume(String module) {
        throw new UnsupportedOperationException();
    }
}
