/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/**
 * Source and sink of one flow: the source sends what the {@link SequenceRun} under way makes, at its pace, and the sink lets
 * it arrive. What the source could not send in time because the flow held it back it sends at once afterwards. Used from the
 * probe's thread.
 */
final class SequenceEnds {

    static final String SOURCE = "bench-source-";
    static final String SINK = "bench-sink-";

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(60);

    private volatile @Nullable SequenceRun run;
    private volatile boolean isSending;
    private volatile boolean isIdle;

    /** Offers both under types that end with {@code name}. */
    void register(BundleContext context, String name) {
        context.registerService(StageFactory.class, new Source(), type(SOURCE + name));
        context.registerService(StageFactory.class, new Sink(), type(SINK + name));
    }

    @SuppressWarnings("JdkObsolete") // registerService takes a Dictionary.
    private static Hashtable<String, Object> type(String name) {
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(StageFactory.TYPE, name);
        return properties;
    }

    /** Lets the source send until {@link #end}; waits for the flow to run. */
    void begin(SequenceRun next) throws TimeoutException {
        await(() -> isIdle, START_NANOS, "the flow does not run");
        next.start();
        run = next;
        isSending = true;
    }

    /** Lets the source stop, and waits until everything has arrived or nothing more will. */
    void end(SequenceRun ended) throws TimeoutException {
        isSending = false;
        await(() -> isIdle, DRAIN_NANOS, "the source is held back for ever");
        long until = System.nanoTime() + DRAIN_NANOS;
        while (!ended.hasAllArrived() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Something that comes true. */
    @FunctionalInterface
    interface Condition {
        boolean holds();
    }

    static void await(Condition condition, long nanos, String otherwise) throws TimeoutException {
        long until = System.nanoTime() + nanos;
        while (!condition.holds()) {
            if (System.nanoTime() - until > 0) {
                throw new TimeoutException(otherwise + ", after " + TimeUnit.NANOSECONDS.toSeconds(nanos) + " s");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** What both ends share. */
    private abstract static class End implements StageFactory {
        @Override
        public List<FlowProblem> validate(String configJson) {
            return List.of();
        }
    }

    private final class Source extends End {
        @Override
        public Role role() {
            return Role.SOURCE;
        }

        @Override
        public Stage open(String flow, String id, String configJson, StageOutput output) {
            return new Sender(output);
        }
    }

    private final class Sender implements Stage, Runnable {
        private final StageOutput output;
        private volatile boolean isRunning = true;

        Sender(StageOutput output) {
            this.output = output;
        }

        @Override
        public void start() {
            Thread thread = new Thread(this, "bench-source");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run() {
            while (isRunning) {
                SequenceRun now = run;
                if (now == null || !isSending || now.isFull()) {
                    isIdle = true;
                    LockSupport.parkNanos(LOOK_NANOS);
                    continue;
                }
                isIdle = false;
                long left = now.dueNanos(now.batchesMade()) - System.nanoTime();
                if (left > 0) {
                    LockSupport.parkNanos(left);
                } else {
                    output.send(now.next());
                }
            }
            isIdle = false;
        }

        @Override
        public void quiesce() {
            isRunning = false;
        }

        @Override
        public void accept(Batch batch) {
            throw new IllegalStateException("a source receives nothing");
        }

        @Override
        public void close() {
            isRunning = false;
        }
    }

    private final class Sink extends End implements Stage {
        @Override
        public Role role() {
            return Role.SINK;
        }

        @Override
        public Stage open(String flow, String id, String configJson, StageOutput output) {
            return this;
        }

        @Override
        public void accept(Batch batch) {
            long now = System.nanoTime();
            SequenceRun current = run;
            if (current != null) {
                current.accept(batch, now);
            }
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
