/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.channel.spi.DeviceWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replay of one file, on a thread of its own: tries again with growing pauses while the file cannot be read, replays it
 * as often as configured, and says in the device's state what it waits for or how it ended.
 */
final class ReplayRun {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayRun.class);
    private static final long STOP_WAIT_MILLIS = 1500;
    private static final Duration SUBSCRIBER_POLL = Duration.ofMillis(20);

    private final ChannelRegistry channels;
    private final ReplaySettings settings;
    private final InstantSource clock;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    /** Guards the session, which changes when the columns become known from the file. */
    private final Object sessionLock = new Object();

    @GuardedBy("sessionLock")
    private DeviceSession session;

    @GuardedBy("sessionLock")
    private List<ReplayColumn> columns;

    private Duration retryNext;

    ReplayRun(ChannelRegistry channels, ReplaySettings settings, InstantSource clock) {
        this.channels = channels;
        this.settings = settings;
        this.clock = clock;
        this.retryNext = settings.retryMin();
        this.columns = settings.columns();
        this.session = open(columns);
        this.thread = new Thread(this::run, ReplayDriver.PID + "-" + settings.device());
        this.thread.setDaemon(true);
    }

    private DeviceSession open(List<ReplayColumn> of) {
        List<DeviceDescriptor.Point> points =
                of.stream().map(ReplayColumn::point).toList();
        return channels.openDevice(
                new DeviceDescriptor(settings.device(), ReplayDriver.NAME, points), DeviceWriter.READ_ONLY);
    }

    void start() {
        thread.start();
    }

    /** Ends the replay and closes the device. Calling twice does nothing. */
    void stop() {
        stopping.countDown();
        // A flow that holds the publication back is left by interruption.
        thread.interrupt();
        try {
            thread.join(STOP_WAIT_MILLIS);
            if (thread.isAlive()) {
                LOG.warn("device={} replay thread did not end within {} ms", settings.device(), STOP_WAIT_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        session().close();
    }

    private DeviceSession session() {
        synchronized (sessionLock) {
            return session;
        }
    }

    private void run() {
        try {
            while (!isStopping() && !replayAll()) {
                if (pause(retryNext)) {
                    return;
                }
                Duration doubled = retryNext.multipliedBy(2);
                retryNext = doubled.compareTo(settings.retryMax()) > 0 ? settings.retryMax() : doubled;
            }
        } catch (InterruptedException e) {
            LOG.debug("device={} replay interrupted by stop", settings.device(), e);
        } catch (RuntimeException e) {
            if (!isStopping()) {
                LOG.error(
                        "device={} replay failed and does not go on; change its configuration to start it again",
                        settings.device(),
                        e);
                session().disconnected("replay failed: " + e);
            }
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0 || Thread.currentThread().isInterrupted();
    }

    /** Waits; returns whether the driver is being stopped. */
    private boolean pause(Duration time) throws InterruptedException {
        return stopping.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Replays as often as configured; returns whether that is done, false when the file has to be tried again. */
    private boolean replayAll() throws InterruptedException {
        for (int loop = 1; settings.loops() == 0 || loop <= settings.loops(); loop++) {
            ReplayPass pass = null;
            try (CsvReader csv = openFile()) {
                pass = new ReplayPass(settings, clock, csv, stopping);
                pass.readHeader(this::columnsOf);
                DeviceSession target = session();
                if (loop == 1 && settings.waitForSubscriber() && awaitSubscriber(target)) {
                    return true;
                }
                target.connected();
                if (!pass.replay(target)) {
                    return true;
                }
                retryNext = settings.retryMin();
                LOG.info("device={} file={} pass={} {}", settings.device(), settings.file(), loop, pass.summary());
                if (pass.rows() == 0) {
                    throw new IOException("the file has no good row: " + pass.summary());
                }
            } catch (IOException e) {
                if (isStopping()) {
                    // An interrupted thread finds its file closed.
                    return true;
                }
                String reason = problem(e) + (pass == null || pass.rows() == 0 ? "" : " after " + pass.summary());
                LOG.warn(
                        "device={} file={} {}; trying again in {} ms",
                        settings.device(),
                        settings.file(),
                        reason,
                        retryNext.toMillis());
                session().disconnected(reason);
                return false;
            }
            if (settings.loops() != 0 && loop == settings.loops()) {
                session().disconnected("replay finished: passes=" + loop + " " + pass.summary());
            }
        }
        return true;
    }

    private CsvReader openFile() throws IOException {
        if (!Files.isRegularFile(settings.file())) {
            throw new IOException(Files.exists(settings.file()) ? "is not a regular file" : "there is no such file");
        }
        // Bytes that are not UTF-8 become replacement characters: a bad row, not a bad file.
        return new CsvReader(
                new InputStreamReader(Files.newInputStream(settings.file()), StandardCharsets.UTF_8),
                settings.delimiter(),
                settings.recordCharsMax());
    }

    private String problem(IOException e) {
        String text = e.getMessage() == null ? e.toString() : e.getMessage();
        return "file '" + settings.file() + "': " + text;
    }

    /** Returns the columns to replay, given those of the header; opens the device anew when they were not known before. */
    private List<ReplayColumn> columnsOf(List<String> header) {
        if (!settings.columns().isEmpty()) {
            return settings.columns();
        }
        List<ReplayColumn> found = header.stream()
                .filter(name -> !name.equals(settings.timestampColumn()))
                .map(name -> ReplayColumn.ofHeader(settings.device(), name))
                .toList();
        synchronized (sessionLock) {
            if (!found.equals(columns) && stopping.getCount() > 0) {
                session.close();
                session = open(found);
                columns = found;
            }
            return found;
        }
    }

    /** Waits until somebody listens; returns whether the driver is being stopped. */
    private boolean awaitSubscriber(DeviceSession target) throws InterruptedException {
        if (!target.hasSubscribers()) {
            target.disconnected("waiting for a subscriber, for example a flow (waitForSubscriber)");
        }
        while (!target.hasSubscribers()) {
            if (pause(SUBSCRIBER_POLL)) {
                return true;
            }
        }
        return false;
    }
}
