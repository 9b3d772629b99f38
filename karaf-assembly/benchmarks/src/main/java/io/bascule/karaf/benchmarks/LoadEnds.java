/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * A bundle of its own, put into the measured gateway: a source that sends as fast as the flow takes it, and a sink that
 * counts. The count is in {@value #FILE}, renewed about every 100 ms.
 */
public final class LoadEnds implements BundleActivator {

    static final String FILE = "data/load-count";
    private static final int BATCH = 512;
    private static final int CHANNELS = 8;

    @Override
    public void start(BundleContext context) {
        Path file = Path.of(System.getProperty("karaf.base", "."), FILE);
        context.registerService(StageFactory.class, new Pump(), type("bench-pump"));
        context.registerService(StageFactory.class, new Counter(file), type("bench-count"));
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
            return new Sender(output);
        }
    }

    /** The pump's stage. */
    static final class Sender implements Stage, Runnable {
        private final StageOutput output;
        private volatile boolean isRunning = true;

        Sender(StageOutput output) {
            this.output = output;
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
            while (isRunning) {
                Batch.Builder builder = Batch.builder(BATCH);
                for (int i = 0; i < BATCH; i++) {
                    builder.add(1 + i % CHANNELS, 20.0 + (int) (tick & 7), tick++);
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

    /** Counts what arrives. */
    static final class Counter implements StageFactory, Stage {
        private final AtomicLong count = new AtomicLong();
        private final Path file;
        private long written;

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
        public void accept(Batch batch) {
            long total = count.addAndGet(batch.size());
            long now = System.nanoTime();
            if (now - written > 100_000_000) {
                written = now;
                try {
                    Files.writeString(file, now + " " + total);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
