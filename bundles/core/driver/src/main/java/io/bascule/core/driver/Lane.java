/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.SubscriptionListener;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.core.driver.Connection.Event;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of one device: the only one that calls its driver and publishes its readings. Connects, scans, writes, and when the
 * connection is lost waits and connects again, until it is stopped.
 *
 * @param <A> the driver's addresses
 */
final class Lane<A extends Address> {

    /** How the names of the threads begin. */
    static final String THREAD_PREFIX = "io.bascule.core.driver-lane-";

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final Duration STOP_WAIT = Duration.ofMillis(1500);
    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Spreads the grids of devices over a period: the golden ratio, so that any number of them is spread well. */
    private static final long PHASE_STEP = 0x9E3779B97F4A7C15L;

    private final DeviceModel<A> model;
    private final ChannelRegistry channels;
    private final InstantSource clock;
    private final DeviceSession session;
    private final LaneWriter<A> writer;
    private final List<GroupScan> groups = new ArrayList<>();
    private final int[] told;
    private final ScanSink toldSink;
    private final Connection connection = new Connection();
    private final Mailbox mailbox = new Mailbox();
    private final CallGuard guard = new CallGuard();
    private final BackOff backOff;
    private final AtomicLong faults;
    private final Thread thread;
    private final boolean isConnectedAlready;
    private volatile boolean isStopping;
    private volatile boolean isHandedOver;
    private volatile boolean isIntact;
    private volatile String reason = "not connected yet";
    private final AtomicLong connections = new AtomicLong();
    private volatile int failures;
    private @Nullable Told subscription;

    /** A call into the driver. */
    @FunctionalInterface
    interface Call<T> {
        T within(Deadline deadline) throws DriverException, InterruptedException;
    }

    /**
     * Opens the device.
     *
     * @param faults counts what the driver should not do
     * @param isConnectedAlready whether the driver has a connection that an earlier lane left
     */
    Lane(
            DeviceModel<A> model,
            ChannelRegistry channels,
            InstantSource clock,
            AtomicLong faults,
            boolean isConnectedAlready) {
        this.model = model;
        this.channels = channels;
        this.clock = clock;
        this.faults = faults;
        this.isConnectedAlready = isConnectedAlready;
        this.backOff = new BackOff(model.retryMin(), model.retryMax(), () -> ThreadLocalRandom.current()
                .nextDouble());
        this.writer = new LaneWriter<>(model, this);
        this.session = channels.openDevice(model.descriptor(), writer);
        writer.open(model.channels().stream()
                .mapToInt(c -> session.channel(c.point().channel()).handle())
                .toArray());
        this.told = model.readIn(DeviceModel.ON_CHANGE);
        this.toldSink = new ScanSink(model, told, session, channels, this::nowNanos);
        this.thread = new Thread(this::run, THREAD_PREFIX + model.device());
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    DeviceModel<A> model() {
        return model;
    }

    /** Tells the lane to end, also out of a call into its driver; does not wait for it. */
    void hurry() {
        isStopping = true;
        mailbox.wake();
        // A flow that holds the publication back, and a driver that waits for its device, are left by interruption.
        thread.interrupt();
    }

    /** Ends the lane, its connection and the session. Calling twice does nothing. */
    void stop() {
        hurry();
        join(STOP_WAIT);
        session.close();
    }

    /** Ends the lane and the session and leaves the driver connected; returns whether it is. */
    boolean handOver() {
        isHandedOver = true;
        isStopping = true;
        mailbox.wake();
        if (!join(STOP_WAIT)) {
            isHandedOver = false;
            thread.interrupt();
            join(STOP_WAIT);
        }
        session.close();
        return isHandedOver && isIntact;
    }

    private boolean join(Duration time) {
        try {
            thread.join(time.toMillis());
            if (thread.isAlive()) {
                LOG.warn("device={} the lane did not end within {} ms", model.device(), time.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    /** Interrupts a call into the driver that has outlived its deadline. Called by the watch. */
    void watch() {
        if (guard.interruptIfOver()) {
            LOG.warn(
                    "device={} a call of driver={} outlived its deadline and was interrupted",
                    model.device(),
                    model.driverName());
        }
    }

    /** Takes a write for the lane; returns false when the device does not answer or too many writes wait. */
    boolean accept(WriteTask task) {
        return connection.isConnected() && mailbox.put(task);
    }

    /** Returns how many requests the longest scan makes at most. */
    int requestsMax() {
        return groups.stream().mapToInt(g -> g.plan().requestsMax()).max().orElse(1);
    }

    /**
     * Returns how the device is doing.
     *
     * @param pid PID of its configuration
     * @param problem why its last configuration is not in force
     */
    DeviceFigures figures(String pid, String problem) {
        List<GroupScan> all = List.copyOf(groups);
        ConnectionState state = connection.state();
        return new DeviceFigures(
                model.device(),
                model.driverName(),
                pid,
                state,
                state == ConnectionState.CONNECTED ? "" : reason,
                problem,
                connections.get(),
                failures,
                faults.get(),
                all.stream().mapToInt(g -> g.sink().stale()).sum(),
                all.stream().mapToLong(g -> g.sink().suppressed()).sum() + toldSink.suppressed(),
                mailbox.dropped(),
                all.stream().map(g -> g.clock().figures()).toList());
    }

    /** Makes the plans; before the thread starts, so that a plan that cannot be made is a wrong configuration. */
    void plan() {
        long now = System.nanoTime();
        long phase = (model.device().hashCode() * PHASE_STEP) >>> 1;
        model.periods().forEach((group, period) -> {
            int[] indexes = model.readIn(group);
            if (indexes.length > 0) {
                var plan = model.driver().plan(model.addresses(indexes), period);
                long nanos = period.toNanos();
                groups.add(new GroupScan(
                        new ScanClock(group, nanos, indexes.length, plan.requestsMax(), phase % nanos, now),
                        plan,
                        new ScanSink(model, indexes, session, channels, this::nowNanos),
                        model.staleNanos(period)));
            }
        });
    }

    private void run() {
        boolean isUp = isConnectedAlready;
        try {
            while (!isStopping) {
                if (attempt(isUp)) {
                    serve();
                }
                isUp = false;
                if (!isStopping) {
                    rest();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("device={} lane interrupted by stop", model.device(), e);
            isHandedOver = false;
        } finally {
            end();
        }
    }

    private void end() {
        isIntact = connection.isConnected();
        connection.move(Event.STOP);
        mailbox.clear(Quality.BAD_NOT_CONNECTED);
        if (!isHandedOver || !isIntact) {
            // The driver must be able to wait for what it closes.
            Thread.interrupted();
            disconnect();
        }
    }

    /** Connects, subscribes and reads every group once: only a device that answers is connected. Returns whether it is. */
    private boolean attempt(boolean isUp) throws InterruptedException {
        connection.move(Event.ATTEMPT);
        try {
            if (!isUp) {
                call(1, deadline -> {
                    model.driver().connect(deadline);
                    return true;
                });
            }
            long now = System.nanoTime();
            toldSink.restart(now);
            groups.forEach(g -> g.sink().restart(now));
            if (told.length > 0) {
                Told listener = new Told();
                subscription = listener;
                call(1, deadline -> {
                    model.driver().subscribe(model.addresses(told), listener, deadline);
                    return true;
                });
            }
            for (GroupScan group : groups) {
                read(group);
            }
            connection.move(Event.ANSWER);
        } catch (DriverException | RuntimeException | LinkageError e) {
            lost(e);
            return false;
        }
        backOff.succeeded();
        failures = 0;
        connections.incrementAndGet();
        session.connected();
        groups.forEach(g -> publish(g.sink()));
        long now = System.nanoTime();
        groups.forEach(g -> g.clock().restart(now));
        return true;
    }

    /** Waits for the time of the next attempt. */
    private void rest() throws InterruptedException {
        long wait = backOff.failed();
        failures = backOff.failures();
        long end = System.nanoTime() + wait;
        for (long left = wait; left > 0 && !isStopping; left = end - System.nanoTime()) {
            mailbox.await(left);
            mailbox.clear(Quality.BAD_NOT_CONNECTED);
        }
    }

    /** Works while the device answers. */
    private void serve() throws InterruptedException {
        try {
            long tick = System.nanoTime();
            while (!isStopping) {
                requireConnection();
                write();
                publishTold();
                long now = System.nanoTime();
                if (now - tick >= TICK_NANOS) {
                    tick = now;
                    tick(now);
                }
                boolean hasScanned = false;
                for (GroupScan group : groups) {
                    if (!isStopping && group.isDue(System.nanoTime())) {
                        scan(group);
                        hasScanned = true;
                    }
                }
                if (!hasScanned) {
                    mailbox.await(nextNanos(System.nanoTime(), tick));
                }
            }
        } catch (DriverException | RuntimeException | LinkageError e) {
            lost(e);
        }
    }

    private void requireConnection() throws DriverException {
        String why = mailbox.lostReason();
        if (why != null) {
            throw new DriverException(why);
        }
    }

    private long nextNanos(long now, long tick) {
        long next = groups.isEmpty() && !toldSink.hasWaiting() ? IDLE_NANOS : tick + TICK_NANOS - now;
        for (GroupScan group : groups) {
            next = Math.min(next, group.clock().due() - now);
        }
        return next;
    }

    private void scan(GroupScan group) throws DriverException, InterruptedException {
        boolean isScheduled = !group.hasMore();
        if (isScheduled) {
            group.clock().begin(System.nanoTime());
        }
        try {
            read(group);
        } finally {
            publish(group.sink());
            if (isScheduled || !group.hasMore()) {
                group.clock().end(System.nanoTime());
            }
        }
    }

    private void read(GroupScan group) throws DriverException, InterruptedException {
        group.setMore(false);
        group.setMore(call(group.plan().requestsMax(), deadline -> group.plan().read(group.sink(), deadline)));
    }

    /** Calls the driver; a call that outlived its deadline and was interrupted is a lost connection. */
    <T> T call(int requests, Call<T> call) throws DriverException, InterruptedException {
        Duration limit = model.timeout().multipliedBy(requests);
        // The driver keeps its limits itself; the watch is for one that does not.
        guard.begin(Deadline.after(limit.plus(model.timeout())));
        try {
            return call.within(Deadline.after(limit));
        } catch (InterruptedException e) {
            if (guard.endsLate() && !isStopping) {
                throw new DriverException("a call did not end within " + limit.toMillis() + " ms", e);
            }
            throw e;
        } finally {
            guard.endsLate();
        }
    }

    private void write() throws DriverException, InterruptedException {
        WriteTask task = mailbox.nextWrite();
        while (task != null) {
            if (task.take()) {
                try {
                    task.answer(writer.execute(task));
                } catch (DriverException | RuntimeException | LinkageError | InterruptedException e) {
                    task.fail(Quality.BAD_NO_COMMUNICATION);
                    throw e;
                }
            }
            task = mailbox.nextWrite();
        }
    }

    private void publishTold() {
        List<Mailbox.Told> readings = told.length == 0 ? List.of() : mailbox.readings();
        if (!readings.isEmpty()) {
            for (Mailbox.Told reading : readings) {
                Value value = reading.value();
                if (value == null) {
                    toldSink.none(reading.index(), reading.quality());
                } else {
                    toldSink.value(reading.index(), value, reading.quality(), reading.timeNanos());
                }
            }
            publish(toldSink);
        }
    }

    private void tick(long now) {
        for (GroupScan group : groups) {
            group.sink().addWaiting(now);
            group.sink().markStale(now, group.staleNanos());
            publish(group.sink());
        }
        toldSink.addWaiting(now);
        publish(toldSink);
    }

    private void publish(ScanSink sink) {
        for (Batch batch : sink.take()) {
            session.publish(batch);
        }
    }

    private long nowNanos() {
        Instant now = clock.instant();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    /** Ends the connection after a failure and says so. */
    private void lost(Throwable problem) {
        if (isStopping) {
            connection.move(Event.FAILURE);
            return;
        }
        String why = problem instanceof DriverException && problem.getMessage() != null
                ? problem.getMessage()
                : "the driver failed: " + problem;
        reason = why; // Before the fault is counted: who sees the count asks for it.
        connection.move(Event.FAILURE);
        if (!(problem instanceof DriverException)) {
            faults.incrementAndGet();
            LOG.error("device={} driver={} failed in a way it should not", model.device(), model.driverName(), problem);
        }
        disconnect();
        session.disconnected(why);
        mailbox.clear(Quality.BAD_NOT_CONNECTED);
        // What an attempt was told before it failed is of no use any more.
        toldSink.take();
        groups.forEach(g -> {
            g.setMore(false);
            g.sink().take();
        });
    }

    private void disconnect() {
        Told listener = subscription;
        if (listener != null) {
            listener.isOpen = false;
            subscription = null;
        }
        try {
            model.driver().disconnect();
        } catch (RuntimeException | LinkageError e) {
            faults.incrementAndGet();
            LOG.warn("device={} driver={} failed to disconnect", model.device(), model.driverName(), e);
        }
    }

    /** Hears the device for one connection. */
    private final class Told implements SubscriptionListener {
        private volatile boolean isOpen = true;

        @Override
        public void onReading(int index, Value value, Quality quality, long timeNanos) {
            java.util.Objects.checkIndex(index, told.length);
            if (isOpen) {
                mailbox.put(new Mailbox.Told(index, value, quality, timeNanos));
            }
        }

        @Override
        public void onNone(int index, Quality quality) {
            java.util.Objects.checkIndex(index, told.length);
            if (quality.level() == Quality.Level.GOOD) {
                throw new IllegalArgumentException("address " + index + " has no value but the quality " + quality);
            }
            if (isOpen) {
                mailbox.put(new Mailbox.Told(index, null, quality, 0));
            }
        }

        @Override
        public void onLost(String why) {
            if (isOpen) {
                mailbox.lost(why);
            }
        }
    }
}
