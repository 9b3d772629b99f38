/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * A bundle of its own, put into the measured gateway: a source that sends as fast as the flow takes it, or a batch each
 * millisecond once the file {@value #PACED} exists; and a sink that counts and looks how old each batch is. What it has seen
 * is in {@value #FILE}, renewed about every 100 ms: nanoseconds of the clock, readings, peak of the heap in bytes, latencies.
 */
public final class LoadEnds implements BundleActivator {

    static final String FILE = "data/load-count";
    static final String PACED = "data/load-paced";
    private static final long PACE_NANOS = 1_000_000;
    private static final long LOOK_NANOS = 100_000_000;
    private static final int BATCH = 512;
    private static final int CHANNELS = 8;

    @Override
    public void start(BundleContext context) {
        Path base = Path.of(System.getProperty("karaf.base", "."));
        context.registerService(StageFactory.class, new Pump(base.resolve(PACED)), type("bench-pump"));
        context.registerService(StageFactory.class, new Counter(base.resolve(FILE)), type("bench-count"));
    }

    @SuppressWarnings("JdkObsolete") // registerService takes a Dictionary.
    private static Hashtable<String, Object> type(String name) {
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(StageFactory.TYPE, name);
        return properties;
    }

    @Override
    public void stop(BundleContext context) {
        // The framework takes both services away.
    }

    /** Sends batches until it is stopped; the queue behind it holds it back. */
    static final class Pump implements StageFactory {
        private final Path paced;

        Pump(Path paced) {
            this.paced = paced;
        }

        @Override
        public Role role() {
            return Role.SOURCE;
        }

        @Override
        public List<FlowProblem> validate(String configJson) {
            return List.of();
        }

        @Override
        public Stage open(String flow, String id, String configJson, StageOutput output) {
            return new Sender(output, paced);
        }
    }

    /** The pump's stage. */
    static final class Sender implements Stage, Runnable {
        private final StageOutput output;
        private final Path paced;
        private volatile boolean isRunning = true;

        Sender(StageOutput output, Path paced) {
            this.output = output;
            this.paced = paced;
        }

        @Override
        public void start() {
            Thread thread = new Thread(this, "bench-pump");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run() {
            long tick = 0;
            long looked = System.nanoTime();
            long next = 0;
            while (isRunning) {
                long now = System.nanoTime();
                if (next == 0 && now - looked > LOOK_NANOS) {
                    looked = now;
                    next = Files.exists(paced) ? now : 0;
                }
                if (next != 0) {
                    while (now < next && isRunning) {
                        LockSupport.parkNanos(next - now);
                        now = System.nanoTime();
                    }
                    // What was missed while the flow held the source back is not made up for.
                    next = Math.max(next + PACE_NANOS, now);
                }
                Batch.Builder builder = Batch.builder(BATCH);
                for (int i = 0; i < BATCH; i++) {
                    // The time that the sink compares with its own.
                    builder.add(1 + i % CHANNELS, 20.0 + (int) (tick++ & 7), now);
                }
                output.send(builder.build());
            }
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

    /** Counts what arrives and how old it is. A thread of its own writes that down: a disk that is slow must not hold the flow. */
    static final class Counter implements StageFactory, Stage, Runnable {
        private final AtomicLong count = new AtomicLong();
        private final Latencies latencies = new Latencies();
        private final Path file;
        private final CountDownLatch end = new CountDownLatch(1);

        Counter(Path file) {
            this.file = file;
        }

        @Override
        public Role role() {
            return Role.SINK;
        }

        @Override
        public List<FlowProblem> validate(String configJson) {
            return List.of();
        }

        @Override
        public Stage open(String flow, String id, String configJson, StageOutput output) {
            return this;
        }

        @Override
        public void start() {
            Thread thread = new Thread(this, "bench-count");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void accept(Batch batch) {
            count.addAndGet(batch.size());
            latencies.add(System.nanoTime() - batch.timeNanos(batch.size() - 1));
        }

        @Override
        public void run() {
            try {
                while (!end.await(LOOK_NANOS, TimeUnit.NANOSECONDS)) {
                    long total = count.get();
                    if (total > 0) {
                        // Moved into place, so that nobody reads half of it.
                        Path draft = file.resolveSibling(file.getFileName() + ".draft");
                        Files.writeString(
                                draft, System.nanoTime() + " " + total + " " + heapPeak() + " " + latencies.text());
                        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Returns the sum of what each part of the heap held at its fullest: the heap never held more. */
        private static long heapPeak() {
            return ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getType() == MemoryType.HEAP)
                    .mapToLong(pool -> pool.getPeakUsage().getUsed())
                    .sum();
        }

        @Override
        public void close() {
            end.countDown();
        }
    }
}
