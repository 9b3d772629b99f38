/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.store.StoreException;
import io.bascule.api.store.StoreException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One database file and the one thread that writes it. What waits is committed together, so that one sync of the disk serves
 * all of it. A file that is damaged is set aside and a new one begun; one that cannot be opened is tried again. Invariant: the
 * answer to a job is given once, and after {@link #close()} no job is without one.
 */
final class StoreFile implements AutoCloseable {

    /** Asks the database something. */
    @FunctionalInterface
    interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    /**
     * What makes a file.
     *
     * @param name of the file, without folder and ending
     * @param isPowerSafe whether a commit is synced to the disk
     * @param reserveBytesMax put aside for when the disk is full, 0 for none
     */
    record Kind(String name, boolean isPowerSafe, int reserveBytesMax) {}

    /** Hears of what a person should know. */
    @FunctionalInterface
    interface Alarm {
        void raise(String text);
    }

    /** How long a sender waits before it is told that the store is busy. */
    static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(StoreFile.class);
    private static final int WEIGHT_MIN = 256;
    private static final int GROUP_JOBS_MAX = 10_000;
    private static final int ROOM_TRIES = 6;
    private static final Duration CARE_PERIOD = Duration.ofSeconds(1);
    private static final Duration OPEN_RETRY = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Kind kind;
    private final Path file;
    private final StoreSettings settings;
    private final Tables tables;
    private final Alarm alarm;
    private final SetAside damaged;
    private final Reserve reserve;
    private final FullDisk fullDisk;
    private final Thread thread;
    private final BlockingQueue<Job<?>> waiting = new LinkedBlockingQueue<>();
    private final Semaphore room;
    private final Object gate = new Object();
    private final ReentrantLock reading = new ReentrantLock();
    private final FirstAttempt firstAttempt = new FirstAttempt();

    @GuardedBy("gate")
    private boolean isClosing;

    @GuardedBy("reading")
    private @Nullable Connection reader;

    private volatile String problem = "is being opened";
    private volatile boolean mustCheck;
    // Confined to the thread.
    private @Nullable Connection writer;
    private long careDue = System.nanoTime();

    StoreFile(Kind kind, StoreSettings settings, Tables tables, Alarm alarm) {
        this.kind = kind;
        this.settings = settings;
        this.tables = tables;
        this.alarm = alarm;
        this.file = settings.folder().resolve(kind.name() + ".db");
        this.damaged = new SetAside(file);
        this.reserve = new Reserve(file, kind.reserveBytesMax(), settings.pagesMax());
        this.fullDisk =
                new FullDisk(file, tables, reserve, (connection, job) -> attempt(connection, List.of(job), 0), alarm);
        this.room = new Semaphore(settings.waitingBytesMax());
        this.thread = new Thread(this::work, "bascule-store-" + kind.name());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Returns why the file cannot be used now, empty while it can. */
    String problem() {
        return problem;
    }

    /** Puts a job into the queue; its answer says everything else. */
    void submit(Job<?> job) {
        int weight = weightOf(job);
        try {
            if (!room.tryAcquire(weight, SEND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                job.fail(new StoreException(
                        Reason.BUSY,
                        "store file " + file.getFileName() + ": " + settings.waitingBytesMax() + " bytes wait to be"
                                + " written for " + SEND_TIMEOUT.toSeconds() + " s; send less, or use a faster disk"));
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            job.fail(new StoreException(Reason.BUSY, "interrupted while waiting for " + file.getFileName(), e));
            return;
        }
        boolean isAccepted;
        synchronized (gate) {
            isAccepted = !isClosing && waiting.add(job);
        }
        if (!isAccepted) {
            room.release(weight);
            job.fail(closed());
        }
    }

    private int weightOf(Job<?> job) {
        return Math.min(settings.waitingBytesMax(), Math.max(WEIGHT_MIN, job.weight));
    }

    private StoreException closed() {
        return new StoreException(
                Reason.CLOSED, "store file " + file.getFileName() + " is closed; ask for the store service again");
    }

    /** Returns how many bytes of rows can be removed in one transaction; for a job that runs. */
    long removableBytes() {
        return reserve.removableBytes();
    }

    /** Asks the database on the caller's thread. */
    <T> T read(Question<T> question) throws StoreException {
        firstAttempt.await(file, SEND_TIMEOUT);
        reading.lock();
        try {
            synchronized (gate) {
                if (isClosing) {
                    throw closed();
                }
            }
            if (!problem.isEmpty()) {
                throw new StoreException(Reason.UNAVAILABLE, "store file " + file.getFileName() + " " + problem);
            }
            Connection connection = reader;
            if (connection == null) {
                connection = Sqlite.openReader(file);
                reader = connection;
            }
            return question.ask(connection);
        } catch (SQLException e) {
            if (Sqlite.isDamage(e)) {
                mustCheck = true;
            }
            closeReader();
            throw Sqlite.translate(file, e);
        } finally {
            reading.unlock();
        }
    }

    private void work() {
        try {
            while (true) {
                if (mustCheck && writer != null) {
                    disconnect();
                }
                Connection connection = writer;
                if (connection == null) {
                    if (!open() && !waitForRetry()) {
                        return;
                    }
                    continue;
                }
                Job<?> first = waiting.poll(Math.max(0, careDue - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (first != null) {
                    write(connection, collect(first));
                }
                if (hasEnded()) {
                    return;
                }
                if (System.nanoTime() - careDue >= 0 && writer == connection) {
                    care(connection);
                }
            }
        } catch (InterruptedException e) {
            // Nobody but close() interrupts this thread, when it has waited long enough.
            LOG.warn("store file={} was not written to its end within {}", file, CLOSE_TIMEOUT);
        } finally {
            end();
        }
    }

    private boolean hasEnded() {
        synchronized (gate) {
            return isClosing && waiting.isEmpty();
        }
    }

    /** Answers what comes while the file cannot be opened; false when it is to be closed. */
    private boolean waitForRetry() throws InterruptedException {
        long retry = System.nanoTime() + OPEN_RETRY.toNanos();
        long left = OPEN_RETRY.toNanos();
        while (left > 0) {
            Job<?> job = waiting.poll(Math.min(left, CARE_PERIOD.toNanos()), TimeUnit.NANOSECONDS);
            if (job != null) {
                fail(job, new StoreException(Reason.UNAVAILABLE, "store file " + file.getFileName() + " " + problem));
            } else if (hasEnded()) {
                return false;
            }
            left = retry - System.nanoTime();
        }
        return true;
    }

    private List<Job<?>> collect(Job<?> first) throws InterruptedException {
        List<Job<?>> group = new ArrayList<>();
        group.add(first);
        int weightMax = reserve.groupBytesMax();
        long weight = weightOf(first);
        long until = System.nanoTime() + settings.group().toNanos();
        while (weight < weightMax && group.size() < GROUP_JOBS_MAX) {
            Job<?> next = waiting.poll();
            if (next == null) {
                next = waiting.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
            if (next == null) {
                return group;
            }
            group.add(next);
            weight += weightOf(next);
        }
        return group;
    }

    private void write(Connection connection, List<Job<?>> group) {
        long weight =
                group.stream().mapToLong(j -> Math.max(WEIGHT_MIN, j.weight)).sum();
        StoreException failure = attempt(connection, group, weight);
        boolean wasFull = isFull(failure);
        for (int i = 0; i < ROOM_TRIES && isFull(failure) && fullDisk.makeRoom(connection, weight, i == 0); i++) {
            failure = attempt(connection, group, 0);
        }
        if (wasFull) {
            reserve.restore();
        }
        if (failure == null) {
            fullDisk.written();
            for (Job<?> job : group) {
                if (job.hasMore()) {
                    waiting.add(job);
                } else {
                    room.release(weightOf(job));
                    job.done();
                }
            }
        } else if (group.size() == 1 || writer != connection) {
            if (wasFull) {
                fullDisk.refused(failure);
            }
            for (Job<?> job : group) {
                fail(job, failure);
            }
        } else {
            // One of them is to blame, or there is room for some.
            for (Job<?> job : group) {
                if (writer == connection) {
                    write(connection, List.of(job));
                } else {
                    fail(job, failure);
                }
            }
        }
    }

    private static boolean isFull(@Nullable StoreException failure) {
        return failure != null && failure.reason() == Reason.FULL;
    }

    private void fail(Job<?> job, StoreException failure) {
        room.release(weightOf(job));
        job.fail(failure);
    }

    /** Tries to write; the file may grow as far as a group of this weight allows, for 0 as far as it may already. */
    private @Nullable StoreException attempt(Connection connection, List<Job<?>> group, long weight) {
        try {
            if (weight > 0) {
                reserve.allow(connection, weight);
            }
            for (Job<?> job : group) {
                job.attempt(connection);
            }
            connection.commit();
            tables.committed();
            return null;
        } catch (SQLException e) {
            rollBack(connection, e);
            return Sqlite.translate(file, e);
        } catch (RuntimeException e) {
            rollBack(connection, new SQLException(e));
            return new StoreException(
                    Reason.UNAVAILABLE, "store file " + file.getFileName() + ": " + e + " while writing", e);
        }
    }

    private void rollBack(Connection connection, SQLException cause) {
        boolean isUsable = Sqlite.isHarmless(cause) || cause.getCause() instanceof RuntimeException;
        try {
            connection.rollback();
        } catch (SQLException e) {
            // On a full disk SQLite has rolled back by itself already, which the driver does not know.
            isUsable = isUsable && Sqlite.begin(connection, e);
        }
        tables.rolledBack();
        if (!isUsable) {
            LOG.error("store file={} is opened again after a failure", file, cause);
            mustCheck = mustCheck || Sqlite.isDamage(cause);
            disconnect();
        }
    }

    private void care(Connection connection) {
        Care job = new Care();
        StoreException failure = attempt(connection, List.of(job), 0);
        if (failure == null) {
            job.done();
        } else {
            LOG.warn("{}", failure.getMessage());
        }
        boolean hasMore = failure == null && job.answer.join();
        careDue = System.nanoTime() + (hasMore ? 0 : CARE_PERIOD.toNanos());
    }

    /** Does now what is otherwise done once a second; for tests. */
    Job<Boolean> careNow() {
        Job<Boolean> job = new Care();
        submit(job);
        return job;
    }

    /** Housekeeping of the tables and of the reserve. */
    private final class Care extends Job<Boolean> {
        Care() {
            super(0);
        }

        @Override
        Boolean run(Connection connection) throws SQLException {
            reserve.restore();
            return tables.care(connection);
        }
    }

    private boolean open() {
        // What is damaged beyond opening is checked and set aside by the second attempt, and a full disk given some
        // room.
        boolean isOpen = attemptToOpen(false)
                || ((mustCheck || (reserve.canHelpToOpen() && reserve.release())) && attemptToOpen(true));
        firstAttempt.end();
        return isOpen;
    }

    private boolean attemptToOpen(boolean isSecond) {
        Connection connection = null;
        try {
            Files.createDirectories(settings.folder());
            Sqlite.prepare(settings.folder().resolve("native"));
            setAsideIfDamaged();
            connection = Sqlite.openWriter(file, kind.isPowerSafe(), settings.pagesMax());
            Sqlite.migrate(connection, file, tables.schema());
            tables.opened(connection);
            connection.commit();
            reserve.opened(connection);
            writer = connection;
            problem = "";
            return true;
        } catch (SQLException | IOException | StoreException e) {
            mustCheck = e instanceof SQLException sql && Sqlite.isDamage(sql);
            if (isSecond || !(mustCheck || reserve.canHelpToOpen())) {
                report("cannot be opened, which is tried again by itself: " + e.getMessage(), e);
            }
        } catch (LinkageError e) {
            report("cannot be opened: SQLite is missing; install the bundle org.xerial.sqlite-jdbc 3.40 or later", e);
        }
        if (connection != null) {
            close(connection);
        }
        return false;
    }

    private void report(String found, Throwable cause) {
        if (!found.equals(problem)) {
            LOG.error("store file={} {}", file, found, cause);
            alarm.raise("store file " + file.getFileName() + " " + found);
        }
        problem = found;
    }

    /** A file that was closed well has no log left; one that was not is looked through. */
    private void setAsideIfDamaged() throws IOException {
        boolean isSuspect = mustCheck || damaged.hasLog();
        mustCheck = false;
        String damage = isSuspect && Files.exists(file) ? Sqlite.damageOf(file) : null;
        if (damage != null) {
            Path aside = damaged.setAside();
            String text = "store file " + file.getFileName() + " is damaged (" + damage + "). It was set aside as "
                    + aside.getFileName() + " and an empty one begun; sqlite3 may recover readings from it";
            LOG.error("{}", text);
            alarm.raise(text);
        }
    }

    private void disconnect() {
        Connection connection = writer;
        writer = null;
        problem = "is being opened again after a failure";
        reading.lock();
        try {
            closeReader();
        } finally {
            reading.unlock();
        }
        if (connection != null) {
            close(connection);
        }
    }

    @GuardedBy("reading")
    private void closeReader() {
        Connection connection = reader;
        reader = null;
        if (connection != null) {
            close(connection);
        }
    }

    private void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.warn("store file={} was not closed well: {}", file, e.getMessage());
        }
    }

    private void end() {
        synchronized (gate) {
            isClosing = true;
        }
        for (Job<?> job = waiting.poll(); job != null; job = waiting.poll()) {
            fail(job, closed());
        }
        disconnect();
        problem = "is closed";
    }

    /** Writes what waits, within ten seconds, and closes the file. Closing twice does nothing. */
    @Override
    public void close() {
        synchronized (gate) {
            if (!isClosing) {
                isClosing = true;
                // Wakes the thread, which may wait for its next housekeeping.
                waiting.add(new Care());
            }
        }
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
