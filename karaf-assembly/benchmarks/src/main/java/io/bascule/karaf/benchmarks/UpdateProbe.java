/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.module.deployment.DeploymentManager;
import io.bascule.api.module.traffic.ModuleRouter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * A bundle of its own, put into the gateway that the lifecycle benchmark measures: does what {@link LifecyclePlan} says and
 * writes what it saw to {@value #FILE}, or why it could not under the key {@value #FAILURE}.
 */
public final class UpdateProbe implements BundleActivator {

    static final String FILE = "data/bench-lifecycle";
    static final String FAILURE = "failure";

    private static final long SERVICE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long WARM_UP_PACE_NANOS = LoadPhase.PACE_NANOS;
    private static final int WARM_UP_BATCHES = 60_000;

    private @Nullable Thread thread;

    @Override
    public void start(BundleContext context) throws IOException {
        Path base = Path.of(System.getProperty("karaf.base", ".")).toAbsolutePath();
        LifecyclePlan plan = LifecyclePlan.read(base.resolve(LifecyclePlan.FILE));
        SequenceEnds managed = new SequenceEnds();
        managed.register(context, LifecyclePlan.FLOW);
        Map<String, SequenceEnds> plain = new LinkedHashMap<>();
        plain.put(LifecyclePlan.PLAIN_BLOCK, new SequenceEnds());
        plain.put(LifecyclePlan.PLAIN_DROP, new SequenceEnds());
        plain.forEach((name, ends) -> ends.register(context, name));
        Thread running = new Thread(() -> run(context, plan, managed, plain, base), "bench-probe");
        running.setDaemon(true);
        running.start();
        thread = running;
    }

    @Override
    public void stop(BundleContext context) {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private static void run(
            BundleContext context,
            LifecyclePlan plan,
            SequenceEnds managed,
            Map<String, SequenceEnds> plain,
            Path base) {
        Properties results = new Properties();
        try {
            Deployer deployer =
                    new Deployer(service(context, DeploymentManager.class), service(context, ModuleRouter.class));
            warmUp(plan, deployer, managed);
            new LoadPhase(plan, deployer, managed).run(results, base.resolve(Pauses.FILE));
            if (plan.plain() > 0) {
                new PlainPhase(plan, context, plain).run(results);
            }
            if (plan.hot() > 0) {
                new HotPhase(plan, deployer, managed, context).run(results);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            results.setProperty(FAILURE, "the gateway stopped");
        } catch (Exception | LinkageError e) {
            results.setProperty(FAILURE, text(e));
        }
        write(results, base.resolve(FILE));
    }

    /** What failed, where, and why: the gateway's log is gone when somebody reads this. */
    private static String text(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (Throwable each = failure; each != null; each = each.getCause()) {
            text.append(each)
                    .append(" at ")
                    .append(Arrays.toString(each.getStackTrace()))
                    .append('\n');
        }
        return text.toString();
    }

    private static <T> T service(BundleContext context, Class<T> type) throws TimeoutException {
        SequenceEnds.await(
                () -> context.getServiceReference(type) != null, SERVICE_NANOS, "there is no " + type.getSimpleName());
        ServiceReference<T> reference = context.getServiceReference(type);
        T service = reference == null ? null : context.getService(reference);
        if (service == null) {
            throw new IllegalStateException(type.getSimpleName() + " went away");
        }
        return service;
    }

    /** The first version, and the JVM's compilers. */
    private static void warmUp(LifecyclePlan plan, Deployer deployer, SequenceEnds ends) throws Exception {
        deployer.deploy(plan.artefact(LifecyclePlan.MODULE, LifecyclePlan.warmUpVersion(0)));
        SequenceRun run = new SequenceRun(WARM_UP_PACE_NANOS, WARM_UP_BATCHES);
        ends.begin(run);
        long interval = TimeUnit.SECONDS.toNanos(1);
        long start = System.nanoTime();
        for (int i = 1; i <= plan.warmUps(); i++) {
            LoadPhase.pauseUntil(start + interval * i);
            deployer.deploy(plan.artefact(LifecyclePlan.MODULE, LifecyclePlan.warmUpVersion(i)));
        }
        ends.end(run);
    }

    /** Moved into place, so that nobody reads half of it. */
    private static void write(Properties results, Path file) {
        try {
            Path draft = file.resolveSibling(file.getFileName() + ".draft");
            try (Writer out = Files.newBufferedWriter(draft)) {
                results.store(out, null);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
