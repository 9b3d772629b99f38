/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.CanaryStep;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Preview;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.core.lifecycle.store.DeploymentHeader;
import io.bascule.core.lifecycle.store.JournalFile;
import io.bascule.core.lifecycle.store.OpenDeployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which everything happens to what deployments manage: first the committed generation is brought back, then
 * deployments run in the order in which they came.
 */
final class DeploymentWorker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DeploymentWorker.class);

    /** Most deployments that wait; who has more puts them into one. */
    private static final int WAITING_MAX = 16;
    /** Ended deployments that are still found; the history has all. */
    private static final int ENDED_MAX = 50;

    private static final long TEND_MILLIS = 500;
    /** Not all a gateway needs is there at once when it starts; after this long a person should know. */
    private static final long ALERT_AFTER_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final long END_SECONDS_MAX = 5;

    private static final int SEVERITY_WARNING = 500;
    private static final int SEVERITY_SERIOUS = 800;

    private final BundleContext context;
    private final DeploymentParts parts;
    private final Neighbours neighbours;
    private final Reconciler reconciler;
    private final ConcurrentSkipListMap<Long, RunningDeployment> deployments = new ConcurrentSkipListMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ScheduledThreadPoolExecutor thread;
    private final ScheduledFuture<?> tending;
    private final BundleListener listener = this::bundleChanged;

    private volatile boolean isClosed;

    /** Set while something is not as the generation says. */
    private volatile boolean isToTend = true;
    // Touched by the worker only.
    private boolean isRecovered;
    private boolean isAlerted;
    private long tendingSince = System.nanoTime();

    DeploymentWorker(BundleContext context, DeploymentParts parts, Neighbours neighbours) {
        this.context = context;
        this.parts = parts;
        this.neighbours = neighbours;
        this.reconciler = new Reconciler(parts);
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "bascule-deployments");
            made.setDaemon(true);
            return made;
        });
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        context.addBundleListener(listener);
        thread.execute(this::recover);
        this.tending = thread.scheduleWithFixedDelay(this::tend, 0, TEND_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Somebody changed a managed bundle past the deployments; or a module started that came with a feature, and may be another
     * version of a managed one.
     */
    private void bundleChanged(BundleEvent event) {
        boolean isTaken = event.getType() == BundleEvent.UPDATED || event.getType() == BundleEvent.UNINSTALLED;
        boolean isManaged = ManagedBundles.isManaged(event.getBundle());
        boolean isStranger = !isManaged
                && event.getType() == BundleEvent.STARTED
                && ModuleIdentity.find(event.getBundle()).isPresent();
        if ((isTaken && isManaged) || isStranger) {
            isToTend = true;
        }
    }

    /** Ends the accounts of deployments that a crash cut short. */
    private void recover() {
        parts.store()
                .findings()
                .forEach(finding -> neighbours.alert(SEVERITY_SERIOUS, "deployment store: " + finding.text()));
        try {
            endAccounts();
            retain();
        } catch (IOException | ModuleException | RuntimeException e) {
            LOG.error("the account of a deployment that was cut short cannot be ended", e);
            neighbours.alert(SEVERITY_SERIOUS, "deployment store: " + BundleModuleManager.text(e));
        }
    }

    /** Each account is ended after its effects are: a crash in here leaves it open, and all is done once more. */
    private void endAccounts() throws IOException, ModuleException {
        if (isRecovered) {
            return;
        }
        for (OpenDeployment open : parts.store().journal().openDeployments()) {
            Optional<Generation> committed = parts.store().committed(open);
            if (committed.isEmpty()) {
                Restoration.undo(parts, open.undos());
            } else {
                Restoration.undoTargeted(parts, open.undos());
                if (committed.equals(parts.store().generations().current())) {
                    Restoration.complete(
                            parts,
                            parts.store().generations().find(open.header().fromGeneration()),
                            committed.get());
                }
            }
            HistoryEntry entry = open.end().orElseGet(() -> interrupted(open, committed));
            LOG.warn(
                    "deployment={} was cut short; it ended: {}",
                    entry.deployment(),
                    entry.outcome().word());
            parts.store().finish(open, entry);
        }
        isRecovered = true;
    }

    /** What is undone later would be undone over what a deployment does now. */
    private void requireRecovered() throws ModuleException {
        try {
            endAccounts();
        } catch (IOException | ModuleException e) {
            throw new ModuleException(
                    "what the last stop cut short cannot be undone yet: " + BundleModuleManager.text(e)
                            + "; try again when that is repaired",
                    e);
        }
    }

    private HistoryEntry interrupted(OpenDeployment open, Optional<Generation> committed) {
        boolean isCommitted = committed.isPresent();
        return new HistoryEntry(
                open.header().id(),
                open.header().name(),
                open.header().who(),
                open.header().began(),
                parts.clock().instant(),
                open.modules(),
                isCommitted ? Outcome.COMMITTED : Outcome.INTERRUPTED,
                open.lastStep(),
                isCommitted ? "" : interruptedIn(open),
                open.header().fromGeneration(),
                committed.map(Generation::number).orElse(0),
                rollbacks());
    }

    private static String interruptedIn(OpenDeployment open) {
        return open.steps().isEmpty()
                ? "the gateway stopped before its turn came, so it changed nothing; deploy it again if it is still wanted"
                : "the gateway stopped in step " + open.lastStep().word();
    }

    private long rollbacks() {
        try {
            return parts.store().history().last(1).stream()
                    .mapToLong(HistoryEntry::rollbacks)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            LOG.error("the history cannot be read", e);
            return 0;
        }
    }

    private void tend() {
        if (!isToTend || parts.bundles().isFrameworkStopping()) {
            return;
        }
        isToTend = false;
        try {
            // Without a generation too: the first deployment may have been cut short.
            boolean isDone = reconciler.run(parts.store()
                    .generations()
                    .current()
                    .map(Generation::modules)
                    .orElse(List.of()));
            if (isDone) {
                tendingSince = System.nanoTime();
                tell();
                isAlerted = false;
                return;
            }
            if (!isAlerted && System.nanoTime() - tendingSince > ALERT_AFTER_NANOS) {
                isAlerted = true;
                tell();
            }
        } catch (RuntimeException e) {
            LOG.error("the committed generation cannot be brought back; it is tried again", e);
        }
        isToTend = true;
    }

    private void tell() {
        reconciler
                .troubles()
                .forEach((module, trouble) -> neighbours.alert(
                        SEVERITY_SERIOUS, "module " + module + " is not as its generation says: " + trouble));
    }

    /** Makes the orders of deployments when their turn has come. */
    long submit(
            String name,
            String who,
            Supplier<List<Target.Wish>> wishes,
            List<CanaryStep> canary,
            TrialRules trial,
            int restartsMax)
            throws ModuleException {
        if (waiting.incrementAndGet() > WAITING_MAX) {
            waiting.decrementAndGet();
            throw new ModuleException("deployment '" + name + "' is refused: " + WAITING_MAX
                    + " wait already; try again when some have ended, or put several modules into one deployment");
        }
        boolean isQueued = false;
        try {
            long id = parts.store().journal().nextId();
            Instant now = parts.clock().instant();
            JournalFile journal = parts.store().journal().announce(new DeploymentHeader(id, name, who, now, 0));
            RunningDeployment running = new RunningDeployment(id, name, who, now, neighbours::post);
            deployments.put(id, running);
            thread.execute(() -> {
                waiting.decrementAndGet();
                run(
                        running,
                        journal,
                        () -> new Transaction.Order(id, name, who, wishes.get(), canary, trial, restartsMax));
            });
            isQueued = true;
            forget();
            return id;
        } catch (IOException e) {
            throw new ModuleException(
                    "deployment '" + name + "' is refused: the store fails: " + BundleModuleManager.text(e), e);
        } catch (RejectedExecutionException e) {
            throw new ModuleException("deployment '" + name + "' is refused: the gateway is stopping", e);
        } finally {
            if (!isQueued) {
                waiting.decrementAndGet();
            }
        }
    }

    private void forget() {
        List<Long> ended = deployments.values().stream()
                .filter(running -> running.state().isDone())
                .map(running -> running.state().id())
                .toList();
        ended.stream().limit(Math.max(0, ended.size() - ENDED_MAX)).forEach(deployments::remove);
    }

    private void run(RunningDeployment running, JournalFile journal, Supplier<Transaction.Order> order) {
        Instant began = parts.clock().instant();
        int from = parts.store().generations().current().map(Generation::number).orElse(0);
        running.began(from);
        Transaction.Result result;
        try {
            requireRecovered();
            result = new Transaction(parts, journal, order.get(), began, running).run();
        } catch (IOException | ModuleException | RuntimeException e) {
            LOG.error("deployment={} could not begin", running.state().id(), e);
            result = new Transaction.Result(
                    Outcome.FAILED,
                    running.state().step(),
                    (e instanceof ModuleException ? "" : "the store fails: ") + BundleModuleManager.text(e),
                    List.of(),
                    0);
        }
        if (result.outcome() == Outcome.INTERRUPTED) {
            // Its account stays open: the next start undoes it and ends the account.
            LOG.info("deployment={} {}", running.state().id(), result.reason());
            running.end(result);
            return;
        }
        if (result.outcome() == Outcome.CANCELLED) {
            result = new Transaction.Result(
                    isClosed ? Outcome.INTERRUPTED : Outcome.CANCELLED,
                    result.step(),
                    "cancelled by " + running.cancelledBy() + " in " + result.reason(),
                    result.modules(),
                    0);
        }
        account(running, journal, began, from, result);
        running.end(result);
        isToTend = true;
    }

    private void account(
            RunningDeployment running, JournalFile journal, Instant began, int from, Transaction.Result result) {
        Deployment state = running.state();
        long before = rollbacks();
        HistoryEntry entry = new HistoryEntry(
                state.id(),
                state.name(),
                state.who(),
                began,
                parts.clock().instant(),
                result.modules(),
                result.outcome(),
                result.step(),
                result.reason(),
                from,
                result.generation(),
                before + (result.outcome() == Outcome.ROLLED_BACK ? 1 : 0));
        LOG.info(
                "deployment={} name='{}' who={} outcome={} generation={} {}",
                state.id(),
                state.name(),
                state.who(),
                result.outcome().word(),
                result.generation(),
                result.reason());
        try {
            if (result.isSettled()) {
                parts.store().finish(journal, entry);
            } else {
                // The journal stays open: what it was committed for is completed at the next start.
                parts.store().history().add(entry);
            }
            retain();
        } catch (IOException e) {
            neighbours.alert(
                    SEVERITY_SERIOUS,
                    "the end of deployment " + state.id() + " cannot be written: " + BundleModuleManager.text(e)
                            + "; it is written at the next start");
        }
        if (result.outcome() == Outcome.FAILED || result.outcome() == Outcome.ROLLED_BACK) {
            neighbours.alert(
                    SEVERITY_WARNING,
                    "deployment " + state.id() + " '" + state.name() + "' "
                            + result.outcome().word() + ": " + result.reason());
        }
    }

    /** Lets go of old generations and of artefacts that none holds. */
    private void retain() throws IOException {
        Set<String> digests = new HashSet<>(parts.store()
                .generations()
                .retain(parts.limits().generationsMax(), parts.limits().artefactsBytesMax(), this::sizeOf));
        parts.store().artefacts().retain(digests);
    }

    private long sizeOf(String digest) {
        try {
            Optional<Path> artefact = parts.store().artefacts().find(digest);
            return artefact.isPresent() ? Files.size(artefact.get()) : 0;
        } catch (IOException e) {
            // What cannot be read takes no part in the sum; reading it for use tells why.
            LOG.warn("artefact {} cannot be measured: {}", digest, e.toString());
            return 0;
        }
    }

    /** Says what a deployment would do. Runs in turn with deployments. */
    Preview preview(List<Target.Wish> wishes) throws ModuleException {
        try {
            return thread.submit(() -> look(wishes))
                    .get(parts.limits().operation().multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModuleException("the preview was interrupted", e);
        } catch (TimeoutException | RejectedExecutionException e) {
            throw new ModuleException("no preview now: a deployment runs; try again when it has ended", e);
        } catch (ExecutionException e) {
            throw new ModuleException("the preview failed: " + e.getCause(), e.getCause());
        }
    }

    private Preview look(List<Target.Wish> wishes) throws IOException {
        Verification verification =
                new Verification(parts, parts.store().generations().current());
        List<Target> targets =
                verification.verify(wishes.stream().map(Target::new).toList());
        List<String> problems = new ArrayList<>(verification.takeProblems());
        List<String> restarts = List.of();
        Set<String> managed = new HashSet<>();
        parts.bundles().list().forEach(bundle -> managed.add(bundle.getLocation()));
        if (problems.isEmpty()) {
            restarts = verification.resolve(targets);
            problems.addAll(verification.takeProblems());
        }
        for (Target target : targets) {
            if (target.fresh != null && !managed.contains(target.fresh.bundle().getLocation())) {
                try {
                    parts.bundles().uninstall(target.fresh.bundle());
                } catch (ModuleException e) {
                    problems.add(target.name() + ": " + e.getMessage());
                }
            }
        }
        retain();
        return new Preview(
                targets.stream()
                        .map(Target::step)
                        .sorted(Comparator.comparing(ModuleStep::name))
                        .toList(),
                restarts,
                problems);
    }

    Optional<RunningDeployment> find(long id) {
        return Optional.ofNullable(deployments.get(id));
    }

    RunningDeployment get(long id) throws ModuleException {
        return find(id).orElseThrow(() -> new ModuleException("there is no deployment " + id
                + " that waits, runs or ended lately; 'bascule:history' shows the older ones"));
    }

    List<Deployment> list() {
        return deployments.descendingMap().values().stream()
                .map(RunningDeployment::state)
                .toList();
    }

    /** Returns whether the modules of the committed generation are all at work, or known not to be able to. */
    boolean isSettled() {
        return !isToTend
                && parts
                        .store()
                        .generations()
                        .current()
                        .map(Generation::modules)
                        .orElse(List.<GenerationModule>of())
                        .stream()
                        .allMatch(module -> parts.bundles().find(module).isPresent()
                                || reconciler.troubles().containsKey(module.name()));
    }

    @Override
    public void close() {
        isClosed = true;
        context.removeBundleListener(listener);
        tending.cancel(false);
        deployments.values().forEach(running -> running.cancel("the gateway, which stops"));
        // Not interrupted at once: that would close the files of the store under its hands.
        thread.shutdown();
        try {
            if (!thread.awaitTermination(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                thread.shutdownNow();
                LOG.warn("the thread of the deployments did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
