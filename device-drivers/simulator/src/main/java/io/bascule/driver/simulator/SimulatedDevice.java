/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The device that does not exist. What it says at a time follows from its settings and the number of the sample; its time begins
 * with its first connection. Confined to its lane.
 */
final class SimulatedDevice implements Driver<SimulatedChannel> {

    private static final long NANOS_PER_MILLI = 1_000_000;
    /** Shortest pause in load mode: shorter ones cost more than they give. */
    private static final long PAUSE_MIN_NANOS = 50_000;

    private static final String AWAY = "simulated fault: disconnect";

    private final SimulatorSettings settings;
    private final InstantSource clock;
    private final Set<String> names = new TreeSet<>();
    private boolean hasStarted;
    private long startNano;
    /** Readings made in load mode. */
    private long made;
    /** Channels of a sample in load mode. */
    private int loadChannels = 1;

    SimulatedDevice(SimulatorSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public SimulatedChannel address(ChannelConfig channel) {
        SimulatedChannel address = SimulatedChannel.of(channel, settings.seed(), names.size());
        names.add(channel.name());
        return address;
    }

    @Override
    public ReadPlan plan(List<SimulatedChannel> addresses, Duration period) {
        for (Fault fault : settings.faults()) {
            if (!fault.channel().equals(Fault.EVERY_CHANNEL) && !names.contains(fault.channel())) {
                throw new IllegalArgumentException("faults: channel='" + fault.channel() + "' in "
                        + fault.kind().word() + "(...) is none of " + names + " and not " + Fault.EVERY_CHANNEL);
            }
        }
        long perScan = (long) addresses.size() * settings.samplesPerScan();
        if (perScan > Batch.SIZE_MAX) {
            throw new IllegalArgumentException(addresses.size() + " channels with samplesPerScan "
                    + settings.samplesPerScan() + " make " + perScan + " readings in a scan; expected at most "
                    + Batch.SIZE_MAX);
        }
        if (settings.readingsPerSecond() > 0 && !period.isZero()) {
            loadChannels = addresses.size();
            return new Load(new Scan(settings, addresses, settings.scanNanos()));
        }
        return new Sampling(addresses, period.isZero() ? settings.scanNanos() : period.toNanos());
    }

    @Override
    public void connect(Deadline deadline) throws DriverException {
        if (!hasStarted) {
            hasStarted = true;
            startNano = System.nanoTime();
        }
        if (settings.readingsPerSecond() > 0) {
            // What would have been made while the device was away is lost.
            made = Math.max(made, Math.round(elapsed() / 1e9 * settings.readingsPerSecond()));
            if (hasDisconnectFault(Math.round(made / (double) loadChannels / settings.readingsPerSecond() * 1e9))) {
                throw new DriverException(AWAY);
            }
        } else if (hasDisconnectFault(elapsed())) {
            throw new DriverException(AWAY);
        }
    }

    @Override
    public void disconnect() {
        // There is nothing to let go of.
    }

    @Override
    public List<Quality> write(List<SimulatedChannel> addresses, List<Value> values, Deadline deadline) {
        List<Quality> answers = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            answers.add(addresses.get(i).write(values.get(i)));
        }
        return answers;
    }

    private long elapsed() {
        return System.nanoTime() - startNano;
    }

    private boolean hasDisconnectFault(long nanos) {
        return settings.faults().stream()
                .anyMatch(f -> f.kind() == Fault.Kind.DISCONNECT && f.isActive(settings.seed(), nanos));
    }

    private long nowNanos() {
        return clock.millis() * NANOS_PER_MILLI;
    }

    /** Scans by the clock. */
    private final class Sampling implements ReadPlan {
        private final Scan scan;
        private final long periodNanos;
        private long next;

        Sampling(List<SimulatedChannel> addresses, long periodNanos) {
            this.scan = new Scan(settings, addresses, periodNanos);
            this.periodNanos = periodNanos;
        }

        @Override
        public boolean read(ReadingSink sink, Deadline deadline) throws DriverException {
            long tick = Math.max(next, elapsed() / periodNanos);
            next = tick + 1;
            if (scan.isDisconnected(tick * settings.samplesPerScan())) {
                throw new DriverException(AWAY);
            }
            scan.scan(tick, nowNanos(), sink);
            return false;
        }

        @Override
        public int requestsMax() {
            return 1;
        }
    }

    /** Makes readings at a rate, or as fast as the flow takes them when that is slower. */
    private final class Load implements ReadPlan {
        private final Scan scan;
        private final CountDownLatch never = new CountDownLatch(1);

        Load(Scan scan) {
            this.scan = scan;
        }

        @Override
        public boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException {
            long wait = startNano + (long) (made * 1e9 / settings.readingsPerSecond()) - System.nanoTime();
            if (wait > PAUSE_MIN_NANOS) {
                long left = Math.min(wait, deadline.remainingNanos());
                if (never.await(left, TimeUnit.NANOSECONDS) || left < wait) {
                    return true;
                }
            }
            if (scan.isDisconnected(made / loadChannels)) {
                throw new DriverException(AWAY);
            }
            scan.load(made, settings.batchSize(), nowNanos(), sink);
            made += settings.batchSize();
            return true;
        }

        @Override
        public int requestsMax() {
            return 1;
        }
    }
}
