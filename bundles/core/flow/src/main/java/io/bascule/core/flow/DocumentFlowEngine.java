/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.flow.FlowEngine;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.FlowStatus;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.module.spi.Module;
import io.bascule.core.flow.definition.FlowDefinition;
import io.bascule.core.flow.definition.FlowParser;
import io.bascule.core.flow.definition.GraphCheck;
import io.bascule.core.flow.definition.Problem;
import io.bascule.core.flow.definition.Problem.Severity;
import io.bascule.core.flow.rule.Rules;
import java.io.File;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The flow engine as a service. Everything that changes flows happens on one control thread, in {@link FlowControl}; other
 * threads hand it work and wait for it within bounds.
 */
@Component(
        service = {FlowEngine.class, DocumentFlowEngine.class},
        immediate = true,
        configurationPid = FlowEngineConfig.PID)
@Designate(ocd = FlowEngineConfig.class)
public final class DocumentFlowEngine implements FlowEngine {

    private static final Logger LOG = LoggerFactory.getLogger(DocumentFlowEngine.class);

    /** Instances of modules that can wait to be made; one for each stage of a large gateway. */
    private static final int PREPARE_QUEUE = 1024;

    private static final int PREPARE_THREADS = 2;

    /** What callers wait beyond the drain time: opening stages and whatever the control thread does before. */
    private static final Duration CONTROL_SLACK = Duration.ofSeconds(30);

    private static final long RELEASE_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final StageTypes types;
    private final ModuleDirectory modules = new ModuleDirectory();
    private final List<FlowDocument> configured = new CopyOnWriteArrayList<>();
    private final FlowFolder folder = new FlowFolder();
    private final ScheduledThreadPoolExecutor control;
    private final ThreadPoolExecutor preparers;
    private final TrafficControl traffic;
    private final FlowControl flows;
    private volatile FlowEngineSettings settings;
    private volatile @Nullable Future<?> nextLook;

    /** Whether a look waits already that was asked for: one is enough for all who ask before it begins. */
    private final AtomicBoolean isLookAsked = new AtomicBoolean();

    private final AtomicBoolean isClosed = new AtomicBoolean();

    /** Is called by declarative services; flows start with {@link #open}. */
    @Activate
    public DocumentFlowEngine(
            BundleContext context,
            @Reference ChannelRegistry channels,
            @Reference ChannelWriter writer,
            @Reference AlertRegistry alerts,
            FlowEngineConfig config) {
        this(channels, writer, alerts, FlowEngineSettings.of(config, context), wishesFile(context), Clock.systemUTC());
    }

    DocumentFlowEngine(
            ChannelRegistry channels,
            ChannelWriter writer,
            AlertRegistry alerts,
            FlowEngineSettings settings,
            Path wishesFile,
            Clock clock) {
        this.settings = settings;
        this.types = new StageTypes(Rules.all(channels, writer, alerts));
        this.control = new ScheduledThreadPoolExecutor(1, task -> thread(task, "bascule-flow-control"));
        control.setRemoveOnCancelPolicy(true);
        this.preparers = new ThreadPoolExecutor(
                PREPARE_THREADS,
                PREPARE_THREADS,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(PREPARE_QUEUE),
                task -> thread(task, "bascule-flow-prepare"));
        preparers.allowCoreThreadTimeOut(true);
        this.traffic = new TrafficControl(modules, preparers, this::lookSoon);
        RunningFlow.Parts parts = new RunningFlow.Parts(channels, alerts, types::find, clock, traffic::desk);
        this.flows = new FlowControl(parts, types, modules, new FlowWishes(wishesFile), traffic);
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, StageWorker.STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    }

    private static Path wishesFile(BundleContext context) {
        File file = context.getDataFile("wishes.properties");
        if (file == null) {
            throw new IllegalStateException("the framework has no file area for bundles; the flow engine needs one to"
                    + " remember which flows were started and stopped by hand");
        }
        return file.toPath();
    }

    /** Returns the traffic between versions. */
    TrafficControl traffic() {
        return traffic;
    }

    /** Starts looking at documents. */
    @Activate
    void open() {
        control.execute(this::look);
    }

    private void look() {
        try {
            reconcile();
        } catch (RuntimeException | LinkageError e) {
            LOG.error(
                    "looking at flows failed; it is done again in {} ms",
                    settings.poll().toMillis(),
                    e);
        } finally {
            scheduleLook();
        }
    }

    private void scheduleLook() {
        try {
            nextLook = control.schedule(this::look, settings.poll().toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the flow engine stops", e);
        }
    }

    private void reconcile() {
        List<FlowDocument> documents = new ArrayList<>(folder.documents(settings.folder()));
        documents.addAll(configured);
        flows.reconcile(documents, settings.drain());
    }

    /** Looks soon, for news that would otherwise wait for the next interval. */
    private void lookSoon() {
        if (!isLookAsked.compareAndSet(false, true)) {
            return;
        }
        try {
            control.execute(() -> {
                isLookAsked.set(false);
                try {
                    reconcile();
                } catch (RuntimeException | LinkageError e) {
                    LOG.error("looking at flows failed", e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("the flow engine stops", e);
        }
    }

    /** Applies settings without touching flows that run. */
    @Modified
    void modified(FlowEngineConfig config, BundleContext context) {
        settings = FlowEngineSettings.of(config, context);
        lookSoon();
    }

    /** Stops all flows within the drain time; again it does nothing. */
    @Deactivate
    void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        FlowEngineSettings last = settings;
        try {
            finishAll(last.drain());
        } finally {
            Future<?> look = nextLook;
            if (look != null) {
                look.cancel(false);
            }
            control.shutdownNow();
            preparers.shutdownNow();
        }
    }

    /** An interrupt does not shorten it: it is bounded as it is, and what is queued would be lost. */
    private void finishAll(Duration drain) {
        Future<?> end = control.submit(() -> flows.closeAll(drain));
        long until = System.nanoTime() + drain.plus(CONTROL_SLACK).toNanos();
        boolean isInterrupted = false;
        boolean isWaiting = true;
        while (isWaiting) {
            try {
                end.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                isWaiting = false;
            } catch (InterruptedException e) {
                isInterrupted = true;
            } catch (TimeoutException e) {
                isWaiting = false;
                LOG.error(
                        "the flow engine did not stop in time: after {} ms these flows are not at their end, and what"
                                + " they hold is dropped: {}",
                        drain.plus(CONTROL_SLACK).toMillis(),
                        flows.open(),
                        e);
            } catch (ExecutionException e) {
                isWaiting = false;
                LOG.error("the flow engine stopped, but not all flows ended as they should", e.getCause());
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addModule(Module module, Map<String, Object> properties) {
        Object id = properties.get(Constants.SERVICE_ID);
        register(module, id instanceof Long number ? number : 0);
    }

    void register(Module module, long serviceId) {
        try {
            modules.add(serviceId, module);
        } catch (RuntimeException e) {
            LOG.error("module service {} cannot be used by flows: its descriptor is wrong", serviceId, e);
        }
        lookSoon();
    }

    /** Lets go of a module between two batches before its bundle goes on stopping, so that its state can be taken over. */
    void removeModule(Module module) {
        Optional<ModuleDirectory.Handle> handle = modules.remove(module);
        if (handle.isEmpty()) {
            return;
        }
        long until = System.nanoTime() + settings.release().toNanos();
        while (!flows.release(handle.get()).isEmpty() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(RELEASE_LOOK_NANOS);
        }
        lookSoon();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addStageFactory(StageFactory factory, Map<String, Object> properties) {
        Object type = properties.get(StageFactory.TYPE);
        if (type == null || !types.add(type.toString(), factory)) {
            LOG.error(
                    "stage factory {} is not used: its property {} is '{}', which is missing or taken",
                    factory.getClass().getName(),
                    StageFactory.TYPE,
                    type);
        }
        lookSoon();
    }

    /** Stops the flows that use the type before its bundle goes on stopping. */
    void removeStageFactory(StageFactory factory, Map<String, Object> properties) {
        if (!types.remove(String.valueOf(properties.get(StageFactory.TYPE)), factory) || isClosed.get()) {
            return;
        }
        try {
            call("taking a stage type out of use", () -> {
                flows.withdraw(factory, settings.drain());
                return true;
            });
        } catch (FlowException e) {
            LOG.error("a stage type goes while flows still use it", e);
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addDocument(FlowDocument document) {
        configured.add(document);
        lookSoon();
    }

    void removeDocument(FlowDocument document) {
        configured.remove(document);
        lookSoon();
    }

    @Override
    public List<FlowStatus> list() {
        return flows.flows().stream().map(ManagedFlow::status).toList();
    }

    @Override
    public Optional<FlowStatus> find(String name) {
        return Optional.ofNullable(flows.find(name)).map(ManagedFlow::status);
    }

    @Override
    public Optional<String> definition(String name) {
        return Optional.ofNullable(flows.find(name)).map(flow -> flow.document.text());
    }

    @Override
    public List<FlowProblem> validate(String json) {
        FlowParser parser = new FlowParser(json);
        FlowDefinition definition = parser.definition();
        return parser
                .problems(definition == null ? List.of() : GraphCheck.check(definition, flows.surroundings()))
                .stream()
                .filter(problem -> problem.severity() != Severity.DOUBTFUL)
                .map(Problem::toFlowProblem)
                .toList();
    }

    @Override
    public void start(String name) throws FlowException {
        call("starting flow '" + name + "'", () -> {
            wish(name, true);
            return true;
        });
    }

    @Override
    public void stop(String name) throws FlowException {
        call("stopping flow '" + name + "'", () -> {
            wish(name, false);
            return true;
        });
    }

    private void wish(String name, boolean isWanted) throws FlowException {
        reconcile();
        try {
            flows.wish(name, isWanted);
        } finally {
            reconcile();
        }
    }

    /** Runs work on the control thread and waits for it within bounds. */
    private void call(String what, Callable<Boolean> work) throws FlowException {
        Duration time = settings.drain().plus(CONTROL_SLACK);
        try {
            Future<Boolean> future = control.submit(work);
            future.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FlowException(what + " was interrupted; it goes on in the background", e);
        } catch (TimeoutException e) {
            throw new FlowException(
                    what + " has not ended after " + time.toMillis() + " ms; it goes on in the background", e);
        } catch (RejectedExecutionException e) {
            throw new FlowException(what + " is not possible: the flow engine stops", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof FlowException failure) {
                throw failure;
            }
            throw new FlowException(what + " failed: " + e.getCause(), e);
        }
    }
}
