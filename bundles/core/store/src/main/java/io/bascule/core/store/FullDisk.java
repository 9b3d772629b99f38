/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import io.bascule.api.store.StoreException;
import io.bascule.api.store.StoreException.Reason;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes room for what finds none, and says when that cannot be done: once, and once when it can again. Used by one thread. */
final class FullDisk {

    /** Does a job in a transaction of its own; returns why that failed, null when it did not. */
    @FunctionalInterface
    interface Attempt {
        @Nullable
        StoreException at(Connection connection, Job<?> job);
    }

    private enum Removal {
        DONE,
        NOTHING_THERE,
        NO_ROOM
    }

    private static final Logger LOG = LoggerFactory.getLogger(FullDisk.class);
    private static final int SMALLER = 8;
    private static final int SMALLER_TRIES = 4;
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long CALM_NANOS = Duration.ofSeconds(10).toNanos();

    private final Path file;
    private final Tables tables;
    private final Reserve reserve;
    private final Attempt attempt;
    private final StoreFile.Alarm alarm;

    private boolean hasFailed;
    private long failedAt;
    private boolean isRefusing;
    private long refusedAt;

    FullDisk(Path file, Tables tables, Reserve reserve, Attempt attempt, StoreFile.Alarm alarm) {
        this.file = file;
        this.tables = tables;
        this.reserve = reserve;
        this.attempt = attempt;
        this.alarm = alarm;
    }

    /** One step, which says whether it did anything. */
    private static final class Step extends Job<Boolean> {
        private final StoreFile.Question<Boolean> work;
        private boolean isDone;

        Step(StoreFile.Question<Boolean> work) {
            super(0);
            this.work = work;
        }

        @Override
        Boolean run(Connection connection) throws SQLException {
            isDone = work.ask(connection);
            return isDone;
        }
    }

    /**
     * Makes room for a group.
     *
     * @param weight bytes of the group
     * @param isFirst whether this is the first time for this group
     * @return whether it is worth to write the group again
     */
    boolean makeRoom(Connection connection, long weight, boolean isFirst) {
        if (hasFailed && System.nanoTime() - failedAt < PAUSE_NANOS) {
            return false;
        }
        if (isDone(connection, c -> reserve.hasPagesFor(c, weight))) {
            // It is the log that has no room: nothing need be removed.
            writeLogBack(connection);
            hasFailed = !reserve.release() && !isFirst;
            failedAt = System.nanoTime();
            return !hasFailed;
        }
        if (isDone(connection, c -> reserve.share(c, weight))) {
            return true;
        }
        Removal removal = remove(connection);
        // What is put aside is given up only when it must be.
        if (removal == Removal.NO_ROOM && reserve.release()) {
            removal = remove(connection);
        }
        hasFailed = removal == Removal.NO_ROOM;
        failedAt = System.nanoTime();
        return removal == Removal.DONE;
    }

    /** Does a step; one that fails has not been done. */
    private boolean isDone(Connection connection, StoreFile.Question<Boolean> work) {
        Step step = new Step(work);
        StoreException failure = attempt.at(connection, step);
        if (failure != null) {
            LOG.debug("file={}: a step to make room failed: {}", file, failure.getMessage());
        }
        return failure == null && step.isDone;
    }

    /** Removes what may be removed, in as large a step as there is room for. */
    private Removal remove(Connection connection) {
        writeLogBack(connection);
        long bytes = reserve.removableBytes();
        for (int i = 0; i < SMALLER_TRIES; i++) {
            long bytesMax = bytes;
            Step removal = new Step(c -> tables.makeRoom(c, bytesMax));
            StoreException failure = attempt.at(connection, removal);
            if (failure == null) {
                writeLogBack(connection);
                return removal.isDone ? Removal.DONE : Removal.NOTHING_THERE;
            }
            if (failure.reason() != Reason.FULL) {
                return Removal.NO_ROOM;
            }
            bytes /= SMALLER;
        }
        return Removal.NO_ROOM;
    }

    /** That it cannot be written back does not keep anything from being tried. */
    private void writeLogBack(Connection connection) {
        if (!isDone(connection, reserve::writeLogBack)) {
            LOG.debug("file={}: its log cannot be written back yet", file);
        }
    }

    /** Called when something was refused because there was no room and none could be made. */
    void refused(StoreException reason) {
        refusedAt = System.nanoTime();
        if (!isRefusing) {
            isRefusing = true;
            LOG.warn("{}; no room can be made, and what comes is refused", reason.getMessage());
            alarm.raise(reason.getMessage() + "; no room can be made, and what comes is refused");
        }
    }

    /** Called when something was written. */
    void written() {
        hasFailed = false;
        if (isRefusing && System.nanoTime() - refusedAt > CALM_NANOS) {
            isRefusing = false;
            LOG.info("store file={}: there is room again", file);
        }
    }
}
