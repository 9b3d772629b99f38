/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.flow.FlowEngine;
import io.bascule.api.flow.FlowStatus;
import io.bascule.api.flow.FlowStatus.StageStatus;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.deployment.DeploymentManager;
import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.security.NamePattern;
import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outboxes;
import io.bascule.api.store.ReadingStore;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * A bundle of its own, put into the gateway that soaks: counts beside the flows, updates the module now and then, writes all figures to
 * {@value #FIGURES} each second and what the process holds to {@value #LOOKS} from time to time.
 */
public final class SoakProbe implements BundleActivator {

    static final String FIGURES = "data/soak-figures";
    static final String LOOKS = "data/soak-looks";

    /** Comes true when the flows run, and with it devices may come. */
    static final String READY = "ready";

    static final String FAILURE = "failure";
    static final String UPDATES = "updates";
    static final String UPDATES_FAILED = "updates.failed";
    static final String UPDATE_FAILURE = "updates.failure";

    private static final long SERVICE_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final long FIGURES_SECONDS = 1;

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicInteger updates = new AtomicInteger();
    private final AtomicInteger updatesFailed = new AtomicInteger();
    private volatile String updateFailure = "";
    private volatile String failure = "";
    private volatile boolean isReady;
    private @Nullable Thread thread;

    /** What it looks at. */
    private record Parts(
            ChannelRegistry channels,
            DriverRuntime devices,
            FlowEngine flows,
            ReadingStore store,
            Outboxes outboxes,
            Deployer deployer) {}

    @Override
    public void start(BundleContext context) throws IOException {
        Path base = Path.of(System.getProperty("karaf.base", ".")).toAbsolutePath();
        SoakPlan plan = SoakPlan.read(base.resolve(SoakPlan.FILE));
        Thread running = new Thread(() -> run(context, plan, base), "bench-soak-probe");
        running.setDaemon(true);
        running.start();
        thread = running;
    }

    @Override
    public void stop(BundleContext context) {
        stopping.countDown();
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run(BundleContext context, SoakPlan plan, Path base) {
        try {
            // Karaf starts bundles anew while it installs features: what is there before is not what stays.
            while (!Files.exists(base.resolve(ReadyMarker.FILE))) {
                if (stopping.await(20, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            Parts parts = parts(context);
            SoakSeen seen = new SoakSeen(parts.channels);
            parts.channels.subscribe(List.of(NamePattern.of("*/*")), seen);
            startUpdates(plan, parts);
            long began = System.nanoTime();
            long next = plan.lookSeconds();
            while (!stopping.await(FIGURES_SECONDS, TimeUnit.SECONDS)) {
                write(figures(parts, seen), base.resolve(FIGURES));
                if (!isReady) {
                    began = System.nanoTime();
                }
                long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
                if (seconds >= next) {
                    next += plan.lookSeconds();
                    look(context, seconds, base.resolve(LOOKS));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | LinkageError e) {
            failed(e, base.resolve(FIGURES));
        }
    }

    private static Parts parts(BundleContext context) throws TimeoutException {
        return new Parts(
                service(context, ChannelRegistry.class),
                service(context, DriverRuntime.class),
                service(context, FlowEngine.class),
                service(context, ReadingStore.class),
                service(context, Outboxes.class),
                new Deployer(service(context, DeploymentManager.class), service(context, ModuleRouter.class)));
    }

    private static <T> T service(BundleContext context, Class<T> type) throws TimeoutException {
        long until = System.nanoTime() + SERVICE_NANOS;
        while (System.nanoTime() - until < 0) {
            ServiceReference<T> reference = context.getServiceReference(type);
            T service = reference == null ? null : context.getService(reference);
            if (service != null) {
                return service;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        throw new TimeoutException("there is no " + type.getSimpleName());
    }

    /** On a thread of their own: an update waits for batch boundaries, and figures go on. */
    private void startUpdates(SoakPlan plan, Parts parts) {
        Thread updating = new Thread(() -> update(plan, parts), "bench-soak-updates");
        updating.setDaemon(true);
        updating.start();
    }

    private void update(SoakPlan plan, Parts parts) {
        Random random = plan.chance("updates");
        try {
            parts.deployer.deploy(plan.artefact(0));
            while (!isFlowing(parts.flows, SoakPlan.LINE) || !isFlowing(parts.flows, SoakPlan.FIELD)) {
                if (stopping.await(20, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            isReady = true;
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(plan.seconds());
            int version = 1;
            while (version < plan.versions()
                    && !stopping.await(plan.updateRest().pick(random), TimeUnit.MILLISECONDS)
                    && System.nanoTime() - until < 0) {
                updateTo(plan.artefact(version), parts.deployer);
                version++;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ModuleException | RuntimeException | LinkageError e) {
            failure = "the module cannot be deployed: " + e;
        }
    }

    private void updateTo(Path artefact, Deployer deployer) throws InterruptedException {
        try {
            deployer.deploy(artefact);
            updates.incrementAndGet();
        } catch (ModuleException e) {
            updatesFailed.incrementAndGet();
            updateFailure = String.valueOf(e.getMessage());
        }
    }

    private static boolean isFlowing(FlowEngine flows, String name) {
        Optional<FlowStatus> flow = flows.find(name);
        return flow.isPresent() && flow.get().state() == FlowStatus.State.RUNNING;
    }

    private Properties figures(Parts parts, SoakSeen seen) {
        Properties figures = new Properties();
        figures.setProperty(READY, Boolean.toString(isReady));
        if (!failure.isEmpty()) {
            figures.setProperty(FAILURE, failure);
        }
        figures.setProperty(UPDATES, Integer.toString(updates.get()));
        figures.setProperty(UPDATES_FAILED, Integer.toString(updatesFailed.get()));
        figures.setProperty(UPDATE_FAILURE, updateFailure);
        parts.flows.list().forEach(flow -> flow.stages().forEach(stage -> put(figures, flow, stage)));
        parts.devices.list().forEach(device -> put(figures, device));
        ReadingStore.Figures store = parts.store.figures();
        figures.setProperty("store.stored", Long.toString(store.stored()));
        figures.setProperty("store.refused", Long.toString(store.refused()));
        figures.setProperty("store.unknown", Long.toString(store.unknown()));
        figures.setProperty("store.expired", Long.toString(store.expired()));
        for (String name : parts.outboxes.list()) {
            Outbox.Figures outbox = parts.outboxes.open(name).figures();
            figures.setProperty("outbox.messages." + name, Long.toString(outbox.messages()));
            figures.setProperty("outbox.dropped." + name, Long.toString(outbox.dropped()));
            figures.setProperty("outbox.refused." + name, Long.toString(outbox.refused()));
        }
        for (Channel channel : parts.channels.list()) {
            if (channel.name().startsWith(SoakPlan.COMMANDED)) {
                figures.setProperty(
                        "last." + channel.name(),
                        parts.channels.read(channel.handle()).value().asText());
            }
        }
        seen.put(figures);
        return figures;
    }

    private static void put(Properties figures, FlowStatus flow, StageStatus stage) {
        String key = "stage." + flow.name() + "." + stage.id() + ".";
        figures.setProperty(key + "queued", Integer.toString(stage.queued()));
        figures.setProperty(key + "in", Long.toString(stage.readingsIn()));
        figures.setProperty(key + "out", Long.toString(stage.readingsOut()));
        figures.setProperty(key + "dropped", Long.toString(stage.readingsDropped()));
        figures.setProperty(key + "faults", Long.toString(stage.faults()));
        figures.setProperty(key + "lastFault", stage.lastFault());
    }

    private static void put(Properties figures, DeviceFigures device) {
        String key = "device." + device.device() + ".";
        figures.setProperty(key + "state", device.state().name());
        figures.setProperty(key + "reason", device.reason());
        figures.setProperty(key + "connections", Long.toString(device.connections()));
        figures.setProperty(key + "faults", Long.toString(device.faults()));
        figures.setProperty(key + "dropped", Long.toString(device.dropped()));
    }

    private static void look(BundleContext context, long seconds, Path file) throws IOException {
        Files.writeString(
                file,
                seconds + " " + Resources.look(context) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static void failed(Throwable e, Path file) {
        Properties figures = new Properties();
        figures.setProperty(FAILURE, e.toString());
        try {
            write(figures, file);
        } catch (IOException disk) {
            throw new IllegalStateException("the probe failed and cannot say why", e);
        }
    }

    /** Moved into place, so that nobody reads half of it. */
    private static void write(Properties figures, Path file) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        try (Writer out = Files.newBufferedWriter(draft)) {
            figures.store(out, null);
        }
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
