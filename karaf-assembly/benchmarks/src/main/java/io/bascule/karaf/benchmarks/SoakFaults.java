/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One part after the other is spoiled: rests and faults follow each other on a thread of its own until {@link #end}, which leaves the part
 * whole. Which faults, and how long, follows from chance.
 */
final class SoakFaults {

    private static final long END_SECONDS = 90;

    private final String part;
    private final List<Kind> kinds;
    private final Random random;
    private final SoakPlan.Span rest;
    private final SoakPlan.Span fault;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Map<String, Integer> done = new TreeMap<>();
    private final Thread thread;
    private volatile @Nullable Exception failure;

    /** A way to spoil a part. */
    interface Kind {
        String word();

        void begin(Random random) throws IOException, InterruptedException;

        /** Makes it whole again. */
        void end() throws IOException, InterruptedException;
    }

    SoakFaults(String part, List<Kind> kinds, Random random, SoakPlan.Span rest, SoakPlan.Span fault) {
        this.part = part;
        this.kinds = List.copyOf(kinds);
        this.random = random;
        this.rest = rest;
        this.fault = fault;
        this.thread = new Thread(this::run, "soak-faults-" + part);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!stopping.await(rest.pick(random), TimeUnit.MILLISECONDS)) {
                Kind kind = kinds.get(random.nextInt(kinds.size()));
                kind.begin(random);
                try {
                    synchronized (done) {
                        done.merge(kind.word(), 1, Integer::sum);
                    }
                    if (stopping.await(fault.pick(random), TimeUnit.MILLISECONDS)) {
                        return;
                    }
                } finally {
                    kind.end();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    /** Begins no further fault; does not wait. */
    void stop() {
        stopping.countDown();
    }

    /** Ends the schedule; the part is whole. */
    void end() throws IOException, InterruptedException {
        stop();
        thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
        if (thread.isAlive()) {
            throw new IOException("the faults of " + part + " did not end within " + END_SECONDS + " s");
        }
        requireWell();
    }

    void requireWell() throws IOException {
        Exception problem = failure;
        if (problem != null) {
            throw new IOException("the faults of " + part + " cannot go on: " + problem.getMessage(), problem);
        }
    }

    /** Returns how many faults of each kind there were. */
    Map<String, Integer> done() {
        synchronized (done) {
            return new TreeMap<>(done);
        }
    }
}
