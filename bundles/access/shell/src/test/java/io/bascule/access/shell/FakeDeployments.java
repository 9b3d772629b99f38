/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

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
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Preview;
import io.bascule.api.module.deployment.Step;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.NamePattern;
import io.bascule.api.security.Subject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A deployment manager in memory. A deployment goes through what a test put into {@link #script}, one step a look. */
final class FakeDeployments implements DeploymentManager {

    static final String DIGEST = "0123456789abcdef".repeat(4);
    static final Instant TIME = Instant.parse("2026-01-31T12:00:00Z");

    final Deque<Deployment> script = new ArrayDeque<>();
    final List<Deployment> deployments = new ArrayList<>();
    final List<Generation> generations = new ArrayList<>();
    final List<HistoryEntry> history = new ArrayList<>();
    final List<DeploymentPlan> plans = new ArrayList<>();
    final List<String> calls = new ArrayList<>();
    Preview preview = new Preview(List.of(), List.of(), List.of());
    boolean isInterrupted;

    static Deployment deployment(Step step, String progress, Optional<Outcome> outcome, String reason, int to) {
        return new Deployment(
                12,
                "trend.wasm",
                "operator:ada",
                TIME,
                step,
                progress,
                List.of(new ModuleStep("trend-anomaly", "1.2.0", "1.3.0", DIGEST)),
                outcome,
                reason,
                7,
                to);
    }

    static Deployment running(Step step, String progress) {
        return deployment(step, progress, Optional.empty(), "", 0);
    }

    static HistoryEntry entry(long id, Outcome outcome, String reason) {
        return new HistoryEntry(
                id,
                "week 47",
                "operator:bob",
                TIME,
                TIME.plusSeconds(40),
                List.of(new ModuleStep("fir", "", "2.0.0", DIGEST)),
                outcome,
                Step.TRIAL,
                reason,
                3,
                outcome == Outcome.COMMITTED ? 4 : 0,
                2);
    }

    static Generation generation(int number) {
        return new Generation(
                number,
                number + 5L,
                "week " + number,
                "operator:ada",
                TIME,
                List.of(new GenerationModule(
                        "trend-anomaly",
                        "1.2.0",
                        ModuleKind.WASM,
                        DIGEST,
                        48_213,
                        "file:/home/ada/trend-anomaly-1.2.0.wasm",
                        UpdateStrategy.SIDE_BY_SIDE,
                        Map.of(),
                        Optional.of(Map.of("threshold", 4.5)),
                        Optional.of(List.of(new Grant(
                                "trend-anomaly", Capability.CHANNEL_READ, List.of(NamePattern.of("line1/*"))))))));
    }

    @Override
    public DeploymentPlan readManifest(String json, String base) throws ModuleException {
        calls.add("readManifest " + json + " " + base.substring(base.lastIndexOf('/') + 1));
        if (json.contains("bad")) {
            throw new ModuleException("manifest '" + base + "' is not valid; it has 2 problems:\n  /a: b\n  /c: d");
        }
        return DeploymentPlan.of("file:/from-manifest.wasm");
    }

    @Override
    public Preview preview(DeploymentPlan plan) {
        plans.add(plan);
        return preview;
    }

    @Override
    public long submit(DeploymentPlan plan, Subject who) throws ModuleException {
        for (ModuleChange change : plan.changes()) {
            if (change instanceof ModuleChange.Put put && put.url().contains("full")) {
                throw new ModuleException("8 deployments wait already; wait until one has ended");
            }
        }
        plans.add(plan);
        calls.add("submit " + who);
        return 12;
    }

    @Override
    public long rollback(int generation, Subject who) throws ModuleException {
        if (generation > 90) {
            throw new ModuleException("generation " + generation + " is not retained; expected one of 6, 7");
        }
        calls.add("rollback " + generation + " " + who);
        return 12;
    }

    @Override
    public Deployment await(long id, Duration time) throws InterruptedException {
        if (isInterrupted) {
            throw new InterruptedException();
        }
        return script.size() > 1 ? script.remove() : script.element();
    }

    @Override
    public boolean cancel(long id, Subject who) throws ModuleException {
        if (id > 90) {
            throw new ModuleException("there is no deployment " + id);
        }
        calls.add("cancel " + id + " " + who);
        return id == 12;
    }

    @Override
    public Optional<Deployment> find(long id) {
        return deployments.stream().filter(d -> d.id() == id).findFirst();
    }

    @Override
    public List<Deployment> list() {
        return List.copyOf(deployments);
    }

    @Override
    public Optional<Generation> current() {
        return generations.stream().findFirst();
    }

    @Override
    public List<Generation> generations() {
        return List.copyOf(generations);
    }

    @Override
    public List<HistoryEntry> history(int max) {
        return history.subList(0, Math.min(max, history.size()));
    }

    @Override
    public void exportHistory(Appendable out) throws IOException {
        out.append("[{\"deployment\":1}]");
    }

    @Override
    public void pause(String module) throws ModuleException {
        if (module.equals("nobody")) {
            throw new ModuleException("there is no module 'nobody'");
        }
        calls.add("pause " + module);
    }

    @Override
    public void resume(String module) {
        calls.add("resume " + module);
    }
}
