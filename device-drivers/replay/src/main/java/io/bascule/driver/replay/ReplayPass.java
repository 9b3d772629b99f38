/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.spi.DeviceSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pass over the file, from the header to the end. Confined to the replay thread. */
final class ReplayPass {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayPass.class);
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long CHANGE_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ReplaySettings settings;
    private final InstantSource clock;
    private final CsvReader csv;
    private final CountDownLatch stopping;
    private final BasicFileAttributes attributes;

    private List<ReplayColumn> columns = List.of();
    private int[] positions = new int[0];
    private int[] handles = new int[0];
    private int timestampPosition;
    private int headerSize;

    private Batch.Builder pending;
    private long firstTime;
    private long startedAtNanos;
    private long startedNanoTime;
    private long checkedNanoTime = System.nanoTime();
    private long rows;
    private long readings;
    private long badRows;

    ReplayPass(ReplaySettings settings, InstantSource clock, CsvReader csv, CountDownLatch stopping)
            throws IOException {
        this.settings = settings;
        this.clock = clock;
        this.csv = csv;
        this.stopping = stopping;
        this.attributes = Files.readAttributes(settings.file(), BasicFileAttributes.class);
        this.pending = Batch.builder(settings.batchSize());
    }

    long rows() {
        return rows;
    }

    String summary() {
        return "rows=" + rows + " readings=" + readings + " badRows=" + badRows;
    }

    /**
     * Reads the header and finds the columns in it.
     *
     * @throws IOException when there is none or a column is missing; the file may be mended and tried again
     */
    void readHeader(Function<List<String>, List<ReplayColumn>> columnsOf) throws IOException {
        List<String> header;
        try {
            List<String> found = csv.next();
            if (found == null) {
                throw new IOException("is empty; expected a header line with the names of the columns");
            }
            header = found.stream().map(String::strip).toList();
        } catch (CsvReader.MalformedRecordException e) {
            throw new IOException("the header is not CSV: " + e.getMessage(), e);
        }
        timestampPosition = header.indexOf(settings.timestampColumn());
        if (timestampPosition < 0) {
            throw new IOException(
                    "has no column '" + settings.timestampColumn() + "' (timestampColumn); its header is " + header);
        }
        try {
            columns = columnsOf.apply(header);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new IOException("its columns cannot be channels: " + e.getMessage(), e);
        }
        headerSize = header.size();
        positions = new int[columns.size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = header.indexOf(columns.get(i).column());
            if (positions[i] < 0) {
                throw new IOException("has no column '" + columns.get(i).column() + "'; its header is " + header);
            }
        }
    }

    /**
     * Replays all rows.
     *
     * @return whether the end was reached; false when the driver is being stopped
     * @throws IOException when the file cannot be read on or has changed
     */
    boolean replay(DeviceSession target) throws IOException, InterruptedException {
        handles = columns.stream()
                .mapToInt(c -> target.channel(c.channel()).handle())
                .toArray();
        while (stopping.getCount() > 0 && !Thread.currentThread().isInterrupted()) {
            List<String> cells;
            try {
                cells = csv.next();
            } catch (CsvReader.MalformedRecordException e) {
                bad(e.getMessage());
                continue;
            }
            if (cells == null) {
                publish(target);
                return true;
            }
            Reading[] row = parse(cells);
            if (row != null && !add(row, target)) {
                return false;
            }
        }
        return false;
    }

    /** Returns the readings of a row, without those of empty cells; null when the row is bad, which is then counted. */
    private Reading @Nullable [] parse(List<String> cells) {
        if (cells.size() != headerSize) {
            return bad("has " + cells.size() + " cells; the header has " + headerSize);
        }
        try {
            long time = settings.timestampFormat()
                    .parse(cells.get(timestampPosition).strip());
            int filled = 0;
            for (int position : positions) {
                filled += cells.get(position).isBlank() ? 0 : 1;
            }
            Reading[] row = new Reading[filled];
            int next = 0;
            for (int i = 0; i < positions.length; i++) {
                String cell = cells.get(positions[i]);
                if (!cell.isBlank()) {
                    Value value = columns.get(i).value(cell);
                    row[next++] = new Reading(handles[i], value, Quality.GOOD, time);
                }
            }
            rows++;
            if (rows == 1) {
                firstTime = time;
                startedNanoTime = System.nanoTime();
                startedAtNanos = clock.millis() * NANOS_PER_MILLI;
            }
            return row;
        } catch (IllegalArgumentException e) {
            return bad(String.valueOf(e.getMessage()));
        }
    }

    private Reading @Nullable [] bad(@Nullable String why) {
        badRows++;
        if (badRows <= settings.badRowsShown()) {
            LOG.warn("device={} file={} line={} is left out: {}", settings.device(), settings.file(), csv.line(), why);
            if (badRows == settings.badRowsShown()) {
                LOG.warn("device={} further bad rows are only counted", settings.device());
            }
        }
        return null;
    }

    /** Adds a row when it is due; returns false when the driver is being stopped. */
    private boolean add(Reading[] row, DeviceSession target) throws IOException, InterruptedException {
        if (row.length == 0) {
            return true;
        }
        if (settings.speed() > 0 && !awaitDue(row[0].timeNanos(), target)) {
            return false;
        }
        for (Reading reading : row) {
            pending.add(settings.shiftToNow() ? shifted(reading) : reading);
            if (pending.size() >= settings.batchSize()) {
                publish(target);
            }
        }
        failIfChanged();
        return true;
    }

    private boolean awaitDue(long time, DeviceSession target) throws IOException, InterruptedException {
        long due = startedNanoTime + (long) ((time - firstTime) / settings.speed());
        while (due > System.nanoTime()) {
            publish(target);
            long wait = Math.min(due - System.nanoTime(), CHANGE_CHECK_NANOS);
            if (stopping.await(wait, TimeUnit.NANOSECONDS)) {
                return false;
            }
            failIfChanged();
        }
        return true;
    }

    private Reading shifted(Reading reading) {
        double pace = settings.speed() > 0 ? settings.speed() : 1;
        long time = startedAtNanos + (long) ((reading.timeNanos() - firstTime) / pace);
        return new Reading(reading.channel(), reading.value(), reading.quality(), time);
    }

    private void publish(DeviceSession target) {
        if (pending.size() > 0) {
            Batch batch = pending.build();
            pending = Batch.builder(settings.batchSize());
            target.publish(batch);
            readings += batch.size();
        }
    }

    /** Notices, at most once a second, that another file is under the name now or that it was written to. */
    private void failIfChanged() throws IOException {
        long now = System.nanoTime();
        if (now - checkedNanoTime < CHANGE_CHECK_NANOS) {
            return;
        }
        checkedNanoTime = now;
        BasicFileAttributes current = Files.readAttributes(settings.file(), BasicFileAttributes.class);
        if (current.size() != attributes.size() || !current.lastModifiedTime().equals(attributes.lastModifiedTime())) {
            throw new IOException("was changed while it was replayed; starting again from its beginning");
        }
    }
}
