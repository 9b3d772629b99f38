/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import io.bascule.api.channel.RecordLayout;
import io.bascule.api.store.Outbox;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Durable messages a second, for a person: java -cp ... OutboxBench FOLDER [seconds]. No test, so no timing can fail one. */
final class OutboxBench {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxBench.class);
    private static final int IN_FLIGHT = 20_000;
    private static final int[] READINGS_PER_MESSAGE = {1, 10, 100};

    private OutboxBench() {}

    /** Runs each case. */
    public static void main(String[] args) throws Exception {
        long seconds = args.length > 1 ? Long.parseLong(args[1]) : 5;
        for (int readings : READINGS_PER_MESSAGE) {
            Path folder = Files.createTempDirectory(Path.of(args[0]), "outbox-bench");
            StoreSettings settings = new StoreSettings(
                    folder,
                    Duration.ofMillis(2),
                    (int) (32 * TestStores.MIB),
                    TestStores.MIB,
                    Duration.ZERO,
                    false,
                    1024 * TestStores.MIB,
                    StoreSettings.PAGES_MAX);
            try (SqliteOutboxes outboxes = new SqliteOutboxes(settings, LOG::error, InstantSource.system())) {
                run(outboxes.open("bench"), readings, seconds);
            }
        }
    }

    private static void run(Outbox outbox, int readings, long seconds) throws InterruptedException {
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        byte[] payload = new byte[readings * RecordLayout.RECORD_BYTES];
        long start = System.nanoTime();
        long messages = 0;
        while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds)) {
            inFlight.acquire();
            messages++;
            var unused = outbox.append("bench", payload).thenRun(inFlight::release);
        }
        inFlight.acquire(IN_FLIGHT);
        double took = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
        LOG.error(
                "{} readings a message: {} messages/s, {} readings/s durable",
                readings,
                Math.round(messages / took),
                Math.round(messages * readings / took));
    }
}
