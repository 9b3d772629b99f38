/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.folder;

import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentManager;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.security.Subject;
import io.bascule.core.lifecycle.folder.FolderFile.Content;
import io.bascule.core.lifecycle.folder.FolderRequests.Request;
import io.bascule.core.lifecycle.manifest.ManifestReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deploys what File Install reports, one file after the other, on a thread of its own, so that a trial holds nobody up. What
 * was deployed once is remembered by the history of deployments and by nothing else.
 */
final class FolderWorker implements AutoCloseable {

    /** On whose behalf the folder works. */
    static final Subject WHO = Subject.operator("deploy-folder");

    private static final Logger LOG = LoggerFactory.getLogger(FolderWorker.class);
    private static final int SEVERITY = 700;
    private static final int HISTORY_MAX = 10_000;
    private static final int ATTEMPTS = 10;
    private static final long CLOSE_SECONDS_MAX = 5;
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final FolderRequests requests;
    private final Supplier<Optional<DeploymentManager>> managers;
    private final Supplier<Optional<AlertRegistry>> alerts;
    private final Duration trial;
    private final Duration pause;
    private final Clock clock;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /**
     * Starts the thread.
     *
     * @param managers finds the deployment manager, which may come later and go
     * @param trial how long the trial of a module lasts
     * @param pause between two attempts to do what cannot be done yet
     */
    FolderWorker(
            FolderRequests requests,
            Supplier<Optional<DeploymentManager>> managers,
            Supplier<Optional<AlertRegistry>> alerts,
            Duration trial,
            Duration pause,
            Clock clock) {
        this.requests = requests;
        this.managers = managers;
        this.alerts = alerts;
        this.trial = trial;
        this.pause = pause;
        this.clock = clock;
        this.thread = new Thread(this::work, "io.bascule.core.lifecycle-folder-1");
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends the thread; a deployment that runs goes on without it. */
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS_MAX));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            while (true) {
                Request request = requests.take();
                try {
                    serve(request, manager());
                } catch (ModuleException | IOException | RuntimeException e) {
                    failed(request.file(), e.getMessage() == null ? e.toString() : e.getMessage());
                } finally {
                    requests.done();
                }
            }
        } catch (InterruptedException e) {
            // Closed: what waits is reported again by File Install at the next start.
            Thread.currentThread().interrupt();
        }
    }

    private DeploymentManager manager() throws InterruptedException {
        Optional<DeploymentManager> manager = managers.get();
        boolean isSaid = false;
        while (manager.isEmpty()) {
            if (!isSaid) {
                LOG.info("The deploy folder waits for the deployment manager");
                isSaid = true;
            }
            await(pause);
            manager = managers.get();
        }
        return manager.get();
    }

    private void await(Duration time) throws InterruptedException {
        if (closed.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new InterruptedException("closed");
        }
    }

    private void serve(Request request, DeploymentManager manager)
            throws ModuleException, IOException, InterruptedException {
        if (request.isRemoval()) {
            remove(request.file(), manager);
        } else if (Files.isRegularFile(request.file().path())) {
            put(request, manager);
        }
    }

    /** Finds the newest deployment of a file in the history. */
    private static Optional<HistoryEntry> newest(FolderFile file, DeploymentManager manager) throws IOException {
        return manager.history(HISTORY_MAX).stream()
                .filter(entry -> entry.who().equals(WHO.toString()) && file.isOf(entry.name()))
                .findFirst();
    }

    private void put(Request request, DeploymentManager manager)
            throws ModuleException, IOException, InterruptedException {
        FolderFile file = request.file();
        Content content = file.content();
        if (!request.isForced()) {
            Optional<HistoryEntry> before = newest(file, manager)
                    .filter(entry -> entry.outcome() != Outcome.INTERRUPTED)
                    .filter(entry -> file.digestIn(entry.name()).equals(FolderFile.shortened(content.sha256())));
            if (before.isPresent()) {
                LOG.info(
                        "file={} was deployed before and is not deployed again: deployment={} outcome={}; touch it or use"
                                + " bascule:deploy to deploy it all the same",
                        file.path(),
                        before.get().deployment(),
                        before.get().outcome().word());
                return;
            }
        }
        deploy(file, plan(file, content, manager), manager);
    }

    private DeploymentPlan plan(FolderFile file, Content content, DeploymentManager manager)
            throws ModuleException, IOException {
        if (file.isManifest()) {
            DeploymentPlan said = manager.readManifest(text(file), file.url());
            return new DeploymentPlan(
                    file.deployed(content.sha256(), said.name()),
                    said.changes(),
                    said.canary(),
                    said.trial(),
                    said.restartsMax());
        }
        // The digest makes sure that what is deployed is what was looked up in the history.
        ModuleChange.Put put = new ModuleChange.Put(
                "",
                "",
                file.url(),
                content.sha256(),
                content.size(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return new DeploymentPlan(
                file.deployed(content.sha256(), ""), List.of(put), List.of(), TrialRules.DEFAULT.lasting(trial), 0);
    }

    private static String text(FolderFile file) throws IOException {
        // One character may take three bytes; the reader counts characters.
        int bytesMax = 3 * ManifestReader.LENGTH_MAX;
        try (InputStream in = Files.newInputStream(file.path())) {
            return new String(in.readNBytes(bytesMax), StandardCharsets.UTF_8);
        }
    }

    private void remove(FolderFile file, DeploymentManager manager)
            throws ModuleException, IOException, InterruptedException {
        if (Files.exists(file.path())) {
            return;
        }
        String digest =
                newest(file, manager).map(entry -> file.digestIn(entry.name())).orElse("");
        Optional<GenerationModule> module = manager.current().stream()
                .flatMap(generation -> generation.modules().stream())
                .filter(each -> !digest.isEmpty() && each.digest().startsWith(digest))
                .findFirst();
        if (module.isEmpty()) {
            LOG.info("file={} is gone; what it brought does not run any more, so nothing is removed", file.path());
            return;
        }
        DeploymentPlan plan = new DeploymentPlan(
                file.removed(),
                List.of(new ModuleChange.Remove(module.get().name())),
                List.of(),
                TrialRules.DEFAULT.lasting(Duration.ZERO),
                0);
        deploy(file, plan, manager);
    }

    private void deploy(FolderFile file, DeploymentPlan plan, DeploymentManager manager)
            throws ModuleException, InterruptedException {
        long id = submit(plan, manager);
        LOG.info("file={} deployment={} '{}'", file.path(), id, plan.name());
        Deployment now = manager.await(id, LOOK);
        while (!now.isDone()) {
            now = manager.await(id, LOOK);
        }
        Outcome outcome = now.outcome().orElseThrow();
        if (outcome == Outcome.FAILED || outcome == Outcome.ROLLED_BACK) {
            failed(
                    file,
                    "deployment " + id + " " + (outcome == Outcome.FAILED ? "failed" : "was rolled back") + ", "
                            + now.reason());
        } else {
            LOG.info("file={} deployment={} {} generation={}", file.path(), id, outcome.word(), now.toGeneration());
        }
    }

    private long submit(DeploymentPlan plan, DeploymentManager manager) throws ModuleException, InterruptedException {
        int attempt = 1;
        while (true) {
            try {
                return manager.submit(plan, WHO);
            } catch (ModuleException e) {
                // Too many wait, or it has just started: that passes.
                if (attempt >= ATTEMPTS) {
                    throw e;
                }
                attempt++;
                await(pause);
            }
        }
    }

    private void failed(FolderFile file, String reason) {
        LOG.error("file={} is not deployed; what ran before runs on: {}", file.path(), reason);
        String text = "deploy folder: " + file.name() + " is not deployed; what ran before runs on: " + reason;
        Instant now = clock.instant();
        Alert alert = new Alert(
                "deploy-folder",
                SEVERITY,
                "",
                TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano(),
                Double.NaN,
                text.length() <= Alert.TEXT_MAX ? text : text.substring(0, Alert.TEXT_MAX));
        try {
            alerts.get().ifPresent(registry -> registry.raise(alert));
        } catch (RuntimeException e) {
            LOG.warn("No alert could be raised: {}", e.toString());
        }
    }
}
