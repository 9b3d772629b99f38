/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.module.ModuleException;
import java.io.IOException;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;

/** One update after the other, without trial, while data flows; now and then a look at what the process holds. */
final class HotPhase {

    /** How often resources are looked at, the first time included. */
    static final int LOOKS = 11;

    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int BATCHES_MAX = 120_000;

    private final LifecyclePlan plan;
    private final Deployer deployer;
    private final SequenceEnds ends;
    private final BundleContext context;

    HotPhase(LifecyclePlan plan, Deployer deployer, SequenceEnds ends, BundleContext context) {
        this.plan = plan;
        this.deployer = deployer;
        this.ends = ends;
        this.context = context;
    }

    void run(Properties results) throws ModuleException, InterruptedException, TimeoutException, IOException {
        SequenceRun run = new SequenceRun(PACE_NANOS, BATCHES_MAX);
        ends.begin(run);
        int version = 0;
        long start = System.nanoTime();
        while (version < plan.hotWarmUps()) {
            deploy(version++);
        }
        int updates = updatesInTime(System.nanoTime() - start);
        start = System.nanoTime();
        for (int look = 0; look < LOOKS; look++) {
            while (version - plan.hotWarmUps() < (long) updates * look / (LOOKS - 1)) {
                deploy(version++);
            }
            results.setProperty("hot.look." + look, (version - plan.hotWarmUps()) + " " + Resources.look(context));
        }
        results.setProperty("hot.nanos", Long.toString(System.nanoTime() - start));
        ends.end(run);
        LoadPhase.put(results, "hot", run.account());
    }

    private int updatesInTime(long warmUpNanos) {
        double seconds = warmUpNanos / 1e9 / Math.max(1, plan.hotWarmUps());
        return Math.max(LOOKS, (int) Math.min(plan.hot(), plan.hotSeconds() / seconds));
    }

    private void deploy(int version) throws ModuleException, InterruptedException {
        deployer.deploy(plan.artefact(LifecyclePlan.MODULE, LifecyclePlan.hotVersion(version)));
    }
}
