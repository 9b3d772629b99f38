/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.flow.FlowEngine;
import io.bascule.api.flow.FlowStatus;
import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outboxes;
import io.bascule.api.store.ReadingStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * A bundle of its own, put into the measured gateway: many times a second it writes into {@value #FILE} the time in nanoseconds, messages in
 * the outboxes, messages dropped, readings stored, readings that have left the sinks {@code out} of all flows, batches that wait.
 */
public final class StoreProbe implements BundleActivator {

    static final String FILE = "data/store-figures";

    /** The sink whose readings count as durable when they have left it. */
    static final String SINK = "out";

    private static final long LOOK_MILLIS = 50;

    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Thread looking;

    @Override
    public void start(BundleContext context) {
        Path file = Path.of(System.getProperty("karaf.base", ".")).resolve(FILE);
        Thread thread = new Thread(() -> run(context, file), "bench-store-probe");
        thread.setDaemon(true);
        thread.start();
        looking = thread;
    }

    @Override
    public void stop(BundleContext context) {
        stopping.countDown();
        Thread running = looking;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run(BundleContext context, Path file) {
        try {
            while (!stopping.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                ReadingStore store = service(context, ReadingStore.class);
                Outboxes outboxes = service(context, Outboxes.class);
                FlowEngine flows = service(context, FlowEngine.class);
                if (store != null && outboxes != null && flows != null) {
                    write(look(store, outboxes, flows), file);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> @Nullable T service(BundleContext context, Class<T> type) {
        ServiceReference<T> reference = context.getServiceReference(type);
        return reference == null ? null : context.getService(reference);
    }

    private static String look(ReadingStore store, Outboxes outboxes, FlowEngine flows) {
        long messages = 0;
        long dropped = 0;
        for (String name : outboxes.list()) {
            Outbox.Figures figures = outboxes.open(name).figures();
            messages += figures.messages();
            dropped += figures.dropped();
        }
        long left = 0;
        long waiting = 0;
        for (FlowStatus flow : flows.list()) {
            for (FlowStatus.StageStatus stage : flow.stages()) {
                left += stage.id().equals(SINK) ? stage.readingsOut() : 0;
                waiting += stage.queued();
            }
        }
        return System.nanoTime() + " " + messages + " " + dropped + " "
                + store.figures().stored() + " " + left + " " + waiting;
    }

    private static void write(String figures, Path file) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        Files.writeString(draft, figures);
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
