/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How many readings a second the distribution makes durable: a flow into the history, and one into the outbox of a connection whose broker is
 * away; then how fast the outbox drains when it comes. Beside it what SQLite does by itself, with the same table and the same promise.
 */
final class StoreSuite implements Bench.Suite {

    static final int CHANNELS = 10;

    private static final int WARM_UP_SECONDS = 5;
    private static final int SECONDS = Integer.getInteger("bascule.bench.store.seconds", 8);
    private static final int WAIT_SECONDS = 120;
    private static final int ROWS_IN_TRANSACTION = 1000;
    private static final List<Integer> READINGS = List.of(1, 10, 100);
    /** More than any machine stores: the flow holds the device back. */
    private static final int ASKED_PER_SECOND = 5_000_000;

    /** A reading in JSON, and what stands around it. */
    private static final int READING_BYTES = 115;

    private static final long DRAIN_LOOK_NANOS = 1_000_000;

    private record Look(long nanos, long messages, long dropped, long stored, long left, long waiting) {
        double perSecond(Look before, long more) {
            return more / ((nanos - before.nanos) / 1e9);
        }
    }

    /** What came of an outbox. */
    private record Outcome(
            double messages, double readings, double drained, long waited, long dropped, double brokerMicros) {}

    @Override
    public String run(PrintStream progress) throws Exception {
        StringBuilder table = new StringBuilder(
                "Readings a second from a device into a flow's sink, " + SECONDS
                        + " s each; a reading counts when the store has acknowledged it. SQLite alone: one thread, "
                        + ROWS_IN_TRANSACTION
                        + " rows in a transaction, the same table and promise, in the same run. Target: 20 000 readings/s durable"
                        + " in the outbox.\n\n"
                        + "| into | messages/s | readings/s | SQLite alone: rows/s | readings/s | of it |\n|---|---|---|---|---|---|\n");
        StringBuilder drains = new StringBuilder("""

                The broker comes (mosquitto, QoS 1): how fast the outbox drains.

                | readings in a message | messages that waited | drained, messages/s | readings/s | dropped | CPU of the broker, us a message |
                |---|---|---|---|---|---|
                """);
        Path work = Files.createTempDirectory("bascule-bench-store");
        try (Gateway gateway = Gateway.unpack(work.resolve("gateway"))) {
            int port = MqttPeer.freePort();
            prepare(gateway, port);
            gateway.start();
            double stored = history(gateway);
            double plain = PlainSqlite.readings(work.resolve("plain-history.db"), ROWS_IN_TRANSACTION, SECONDS);
            row(table, progress, "history (survives the end of the process)", Double.NaN, stored, plain, 1);
            for (int readings : READINGS) {
                Outcome outcome = outbox(gateway, work, port, readings);
                double rows = PlainSqlite.messages(
                        work.resolve("plain-" + readings + ".db"),
                        readings * READING_BYTES,
                        ROWS_IN_TRANSACTION,
                        SECONDS);
                row(
                        table,
                        progress,
                        "outbox, " + readings + " readings in a message (survives a loss of power)",
                        outcome.messages,
                        outcome.readings,
                        rows,
                        readings);
                String drain = String.format(
                        Locale.ROOT,
                        "| %d | %d | %.0f | %.0f | %d | %.1f |%n",
                        readings,
                        outcome.waited,
                        outcome.drained,
                        outcome.drained * readings,
                        outcome.dropped,
                        outcome.brokerMicros);
                progress.print(drain);
                drains.append(drain);
            }
        } finally {
            Gateway.delete(work);
        }
        return table.append(drains).toString();
    }

    private static void row(
            StringBuilder table,
            PrintStream progress,
            String into,
            double messages,
            double readings,
            double plainRows,
            int readingsInRow) {
        String row = String.format(
                Locale.ROOT,
                "| %s | %s | %.0f | %.0f | %.0f | %.2f |%n",
                into,
                Double.isNaN(messages) ? "" : String.format(Locale.ROOT, "%.0f", messages),
                readings,
                plainRows,
                plainRows * readingsInRow,
                readings / (plainRows * readingsInRow));
        progress.print(row);
        table.append(row);
    }

    private static void prepare(Gateway gateway, int port) throws IOException {
        gateway.removeDemo();
        gateway.useFreePorts();
        gateway.addFeatures("bascule-connector-mqtt", "bascule-store");
        gateway.addBundle(StoreProbe.class, "org.osgi.framework,io.bascule.api.flow,io.bascule.api.store", 90);
        Files.writeString(gateway.home().resolve("etc/io.bascule.store.cfg"), "outboxBytesMax = 4294967296\n");
        Files.writeString(gateway.home().resolve("etc/io.bascule.connectors.mqtt-bench.cfg"), """
                name = bench
                host = 127.0.0.1
                port = %d
                inFlightMax = 1000
                retryMinMillis = 200
                retryMaxMillis = 200
                """.formatted(port));
        flow(gateway, "history", "{\"id\":\"out\",\"type\":\"store\"}");
        for (int readings : READINGS) {
            flow(
                    gateway,
                    "outbox" + readings,
                    "{\"id\":\"out\",\"type\":\"mqtt\",\"config\":{\"connection\":\"bench\",\"topic\":\"bench/out\","
                            + "\"durable\":true,\"readings\":" + readings + "}}");
        }
    }

    /** A flow from the device of its own name to a sink. */
    private static void flow(Gateway gateway, String name, String sink) throws IOException {
        Files.writeString(gateway.home().resolve("etc/flows/" + name + ".json"), """
                {"name":"%1$s","stages":[{"id":"in","type":"channels","channels":["%1$s/*"]},%2$s],
                 "edges":[{"from":"in","to":"out"}]}
                """.formatted(name, sink));
    }

    private static Path device(Gateway gateway, String name) {
        return gateway.home().resolve("etc/io.bascule.driver.simulator-" + name + ".cfg");
    }

    /** Starts the device of a flow, waits until its readings come out, and returns two looks with the measured time between. */
    private static List<Look> load(Gateway gateway, String name) throws IOException, InterruptedException {
        StringJoiner channels = new StringJoiner(";");
        for (int i = 0; i < CHANNELS; i++) {
            channels.add("c" + i + "=counter");
        }
        Look before = look(gateway);
        Path draft = gateway.home().resolve("data/store-draft");
        Files.writeString(
                draft,
                "device = " + name + "\nchannels = " + channels + "\nreadingsPerSecond = " + ASKED_PER_SECOND
                        + "\nbatchSize = 1000\n");
        Files.move(draft, device(gateway, name), StandardCopyOption.ATOMIC_MOVE);
        await("readings come out of flow " + name, gateway, now -> now.left > before.left);
        Bench.pause(WARM_UP_SECONDS);
        Look from = look(gateway);
        Bench.pause(SECONDS);
        return List.of(from, look(gateway));
    }

    private static void unload(Gateway gateway, String name) throws IOException, InterruptedException {
        Files.delete(device(gateway, name));
        Look[] last = {look(gateway)};
        await("flow " + name + " comes to rest", gateway, now -> {
            boolean isStill = now.left == last[0].left && now.waiting == 0;
            last[0] = now;
            return isStill;
        });
    }

    private static double history(Gateway gateway) throws IOException, InterruptedException {
        List<Look> looks = load(gateway, "history");
        unload(gateway, "history");
        return looks.get(1).perSecond(looks.get(0), looks.get(1).stored - looks.get(0).stored);
    }

    private static Outcome outbox(Gateway gateway, Path work, int port, int readings)
            throws IOException, InterruptedException {
        String name = "outbox" + readings;
        List<Look> looks = load(gateway, name);
        unload(gateway, name);
        Look from = looks.get(0);
        Look to = looks.get(1);
        Look waiting = look(gateway);
        AtomicLong heard = new AtomicLong();
        AtomicLong first = new AtomicLong();
        AtomicLong last = new AtomicLong();
        double brokerSeconds = 0;
        try (MqttPeer broker = MqttPeer.mosquitto(work, port);
                MqttWire wire = new MqttWire(port, "bench-drain", (bytes, start, end) -> {
                    long now = System.nanoTime();
                    first.compareAndSet(0, now);
                    last.set(now);
                    heard.incrementAndGet();
                })) {
            // The gateway may have been faster than this subscription: what it sent before was heard by nobody.
            wire.subscribe("bench/out", 1);
            await("the outbox is empty", gateway, now -> now.messages == 0);
            long until = System.nanoTime() + WAIT_SECONDS * 1_000_000_000L;
            while (heard.get() < waiting.messages && System.nanoTime() - last.get() < 2_000_000_000L) {
                LockSupport.parkNanos(DRAIN_LOOK_NANOS);
                if (System.nanoTime() - until > 0) {
                    throw new IOException("the broker does not pass on what it has");
                }
            }
            brokerSeconds = broker.cpuSeconds();
        }
        double seconds = Math.max(1, last.get() - first.get()) / 1e9;
        return new Outcome(
                to.perSecond(from, to.messages - from.messages),
                to.perSecond(from, to.left - from.left),
                heard.get() / seconds,
                waiting.messages,
                waiting.dropped,
                brokerSeconds * 1e6 / Math.max(1, heard.get()));
    }

    /** Something that comes true. */
    private interface Condition {
        boolean holds(Look now);
    }

    private static void await(String what, Gateway gateway, Condition condition)
            throws IOException, InterruptedException {
        for (int i = 0; !condition.holds(look(gateway)); i++) {
            if (i >= WAIT_SECONDS) {
                throw new IOException("waited " + WAIT_SECONDS + " s in vain until " + what);
            }
            Bench.pause(1);
        }
    }

    private static Look look(Gateway gateway) throws IOException, InterruptedException {
        Path file = gateway.home().resolve(StoreProbe.FILE);
        for (int i = 0; i < WAIT_SECONDS && !Files.exists(file); i++) {
            Bench.pause(1);
        }
        String[] parts = Files.readString(file).split(" ", -1);
        long[] figures = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            figures[i] = Long.parseLong(parts[i]);
        }
        return new Look(figures[0], figures[1], figures[2], figures[3], figures[4], figures[5]);
    }
}
