/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Scans one device on a thread of its own, by the clock or as a load. */
final class SimulatorRun {

    private static final Logger LOG = LoggerFactory.getLogger(SimulatorRun.class);
    private static final long STOP_WAIT_MILLIS = 1500;
    private static final long NANOS_PER_MILLI = 1_000_000;
    /** Shortest pause in load mode: shorter ones cost more than they give. */
    private static final long PAUSE_MIN_NANOS = 50_000;

    private final SimulatorSettings settings;
    private final InstantSource clock;
    private final DeviceSession session;
    private final Scan scan;
    private final Map<Integer, SimulatedChannel> byHandle = new HashMap<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean isConnected;

    SimulatorRun(ChannelRegistry channels, SimulatorSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        List<DeviceDescriptor.Point> points =
                settings.channels().stream().map(SimulatedChannel::description).toList();
        this.session =
                channels.openDevice(new DeviceDescriptor(settings.device(), SimulatorDriver.NAME, points), this::write);
        int[] handles = new int[points.size()];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = session.channel(points.get(i).channel()).handle();
            byHandle.put(handles[i], settings.channels().get(i));
        }
        this.scan = new Scan(settings, handles);
        this.thread = new Thread(this::run, SimulatorDriver.PID + "-" + settings.device());
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Ends the scans and closes the device. Calling twice does nothing. */
    void stop() {
        stopping.countDown();
        // A flow that holds the publication back is left by interruption.
        thread.interrupt();
        try {
            thread.join(STOP_WAIT_MILLIS);
            if (thread.isAlive()) {
                LOG.warn("device={} scan thread did not end within {} ms", settings.device(), STOP_WAIT_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        session.close();
    }

    private List<Quality> write(List<Reading> values) {
        List<Quality> answers = new ArrayList<>(values.size());
        for (Reading value : values) {
            SimulatedChannel channel = byHandle.get(value.channel());
            if (channel == null) {
                answers.add(Quality.BAD_NODE_ID_UNKNOWN);
            } else {
                answers.add(isConnected ? channel.write(value) : Quality.BAD_NOT_CONNECTED);
            }
        }
        return answers;
    }

    private void run() {
        try {
            if (settings.readingsPerSecond() > 0) {
                load();
            } else {
                scans();
            }
        } catch (InterruptedException e) {
            LOG.debug("device={} simulation interrupted by stop", settings.device(), e);
        } catch (RuntimeException e) {
            if (!isStopping()) {
                LOG.error(
                        "device={} simulation failed; change its configuration to start it again",
                        settings.device(),
                        e);
                session.disconnected("simulation failed: " + e);
            }
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0 || Thread.currentThread().isInterrupted();
    }

    /** Scans when it is time. A scan that comes too late because a flow held back is left out, as a real device would. */
    private void scans() throws InterruptedException {
        long start = System.nanoTime();
        long tick = 0;
        while (!isStopping()) {
            if (showConnection(tick * settings.samplesPerScan())) {
                publish(scan.scan(tick, nowNanos()));
            }
            long elapsed = System.nanoTime() - start;
            tick = Math.max(tick + 1, elapsed / settings.scanNanos());
            long wait = tick * settings.scanNanos() - elapsed;
            if (wait > 0 && stopping.await(wait, TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    /** Publishes batches at the configured rate, or as fast as the flow takes them when that is slower. */
    private void load() throws InterruptedException {
        long start = System.nanoTime();
        long made = 0;
        int channels = settings.channels().size();
        while (!isStopping()) {
            if (showConnection(made / channels)) {
                publish(scan.load(made, settings.batchSize(), nowNanos()));
            }
            made += settings.batchSize();
            long due = start + (long) (made * 1e9 / settings.readingsPerSecond());
            long wait = due - System.nanoTime();
            if (wait > PAUSE_MIN_NANOS && stopping.await(wait, TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    private long nowNanos() {
        return clock.millis() * NANOS_PER_MILLI;
    }

    /** Tells the registry whether the device answers at a sample; returns whether it does. */
    private boolean showConnection(long sample) {
        boolean isAway = scan.isDisconnected(sample);
        if (isAway) {
            isConnected = false;
            session.disconnected("simulated fault: disconnect");
        } else {
            session.connected();
            isConnected = true;
        }
        return !isAway;
    }

    private void publish(Batch batch) {
        if (!batch.isEmpty()) {
            session.publish(batch);
        }
    }
}
