/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** What deployments are compared with: the framework's own update of the same module, as a bundle that nobody manages. */
final class PlainPhase {

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int SECONDS_SPARE = 60;
    private static final int BATCHES_PER_SECOND = 1000;

    private final LifecyclePlan plan;
    private final BundleContext context;
    private final Map<String, SequenceEnds> flows;
    private int version;

    /** {@code flows}: each is measured on its own. */
    PlainPhase(LifecyclePlan plan, BundleContext context, Map<String, SequenceEnds> flows) {
        this.plan = plan;
        this.context = context;
        this.flows = flows;
    }

    void run(Properties results) throws BundleException, IOException, TimeoutException {
        Path first = plan.artefact(LifecyclePlan.PLAIN, LifecyclePlan.loadVersion(version++));
        Bundle bundle = context.installBundle(first.toUri().toString());
        bundle.start();
        for (Map.Entry<String, SequenceEnds> flow : flows.entrySet()) {
            measure(flow.getKey(), flow.getValue(), bundle, results);
        }
        bundle.uninstall();
    }

    private void measure(String flow, SequenceEnds ends, Bundle bundle, Properties results)
            throws BundleException, IOException, TimeoutException {
        SequenceRun run = new SequenceRun(LoadPhase.PACE_NANOS, (plan.plain() + SECONDS_SPARE) * BATCHES_PER_SECOND);
        ends.begin(run);
        long start = System.nanoTime();
        long[] began = new long[plan.plain()];
        long[] took = new long[plan.plain()];
        for (int i = 0; i < plan.plain(); i++) {
            LoadPhase.pauseUntil(start + INTERVAL_NANOS * (i + 1));
            Path artefact = plan.artefact(LifecyclePlan.PLAIN, LifecyclePlan.loadVersion(version++));
            began[i] = System.nanoTime();
            try (InputStream in = Files.newInputStream(artefact)) {
                bundle.update(in);
            }
            took[i] = System.nanoTime() - began[i];
        }
        LoadPhase.pauseUntil(System.nanoTime() + INTERVAL_NANOS);
        ends.end(run);
        long[] gaps = new long[plan.plain()];
        long[] waits = new long[plan.plain()];
        for (int i = 0; i < plan.plain(); i++) {
            long from = began[i];
            gaps[i] = run.longestGap(from, from + INTERVAL_NANOS);
            waits[i] = SequenceRun.quantile(run.waits(at -> at >= from && at < from + INTERVAL_NANOS), 1);
        }
        LoadPhase.put(results, flow, run.account());
        LoadPhase.put(results, flow + ".took", took);
        LoadPhase.put(results, flow + ".gap", gaps);
        LoadPhase.put(results, flow + ".wait", waits);
    }
}
