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
        Step look = new Step(c -> reserve.hasPagesFor(c, weight));
        StoreException failure = attempt.at(connection, look);
        if (failure == null && look.isDone) {
            // It is the log that has no room: nothing need be removed.
            writeLogBack(connection);
            if (reserve.release() || isFirst) {
                return true;
            }
            failedAt = System.nanoTime();
            hasFailed = true;
            return false;
        }
        Step share = new Step(c -> reserve.share(c, weight));
        failure = failure == null ? attempt.at(connection, share) : failure;
        if (failure == null && share.isDone) {
            return true;
        }
        if (failure == null) {
            failure = remove(connection);
        }
        // What is put aside is given up only when it must be.
        if (failure != null && failure.reason() == Reason.FULL && reserve.release()) {
            failure = remove(connection);
        }
        if (failure != null && failure.reason() != Reason.TOO_LARGE) {
            failedAt = System.nanoTime();
            hasFailed = true;
        }
        return failure == null;
    }

    /** Removes what may be removed, in as large a step as there is room for; TOO_LARGE when there is nothing. */
    private @Nullable StoreException remove(Connection connection) {
        writeLogBack(connection);
        long bytes = reserve.removableBytes();
        StoreException failure = null;
        for (int i = 0; i < SMALLER_TRIES; i++) {
            long bytesMax = bytes;
            Step removal = new Step(c -> tables.makeRoom(c, bytesMax));
            failure = attempt.at(connection, removal);
            if (failure == null) {
                writeLogBack(connection);
                return removal.isDone ? null : new StoreException(Reason.TOO_LARGE, "there is nothing to remove");
            }
            if (failure.reason() != Reason.FULL) {
                return failure;
            }
            bytes /= SMALLER;
        }
        return failure;
    }

    /** That it cannot be written back does not keep anything from being tried. */
    private void writeLogBack(Connection connection) {
        StoreException failure = attempt.at(connection, new Step(reserve::writeLogBack));
        if (failure != null) {
            LOG.debug("file={}: its log cannot be written back yet: {}", file, failure.getMessage());
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
