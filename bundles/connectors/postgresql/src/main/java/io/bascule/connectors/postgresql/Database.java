/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.store.StoreException;
import io.bascule.api.store.StoreException.Reason;
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
 * Tables in a database and the one thread that writes them. What waits is one transaction. A server that goes away for some
 * seconds is waited for, and what was under way is written again if it was not kept; then senders are refused until it is back.
 *
 * <p>Whether a transaction was kept whose end was not heard of, the server knows: its number is asked for before the end. A lock
 * of the session keeps other gateways out, and says that the session before has ended and decided about its transaction.
 *
 * <p>Invariant: the answer to a job is given once, and after {@link #close()} no job is without one.
 */
final class Database implements AutoCloseable {

    /** Asks the database something. */
    @FunctionalInterface
    interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    /** How long a sender waits before it is told that the store is busy. */
    static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int WEIGHT_MIN = 256;
    private static final int GROUP_WEIGHT_MAX = 4 * 1024 * 1024;
    private static final int GROUP_JOBS_MAX = 10_000;
    private static final Duration CARE_PERIOD = Duration.ofSeconds(1);
    private static final Duration OPEN_RETRY = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);
    private static final String TRANSACTION = "SELECT txid_current_if_assigned()";

    private final String name;
    private final PostgresSettings settings;
    private final Tables tables;
    private final Alarm alarm;
    private final Sessions sessions;
    private final Thread thread;
    private final BlockingQueue<Job<?>> waiting = new LinkedBlockingQueue<>();
    private final Semaphore room;
    private final Object gate = new Object();
    private final ReentrantLock reading = new ReentrantLock();

    @GuardedBy("gate")
    private boolean isClosing;

    @GuardedBy("reading")
    private @Nullable Connection reader;

    private volatile String problem = "is being connected";
    // Confined to the thread.
    private @Nullable Connection writer;
    private long careDue = System.nanoTime();
    private long awaySince = System.nanoTime();

    /** Starts connecting; returns before it is done. */
    Database(String name, PostgresSettings settings, Tables tables, Alarm alarm) {
        this.name = name;
        this.settings = settings;
        this.tables = tables;
        this.alarm = alarm;
        this.sessions = new Sessions(name, settings);
        this.room = new Semaphore(settings.waitingBytesMax());
        this.thread = new Thread(this::work, "io.bascule.connectors.postgresql-" + name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Returns why the database cannot be used now, empty while it can. */
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
                        "store " + name + ": " + settings.waitingBytesMax() + " bytes wait to be written for "
                                + SEND_TIMEOUT.toSeconds() + " s; send less, or look at the server"));
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            job.fail(new StoreException(Reason.BUSY, "interrupted while waiting for store " + name, e));
            return;
        }
        boolean isAccepted;
        synchronized (gate) {
            isAccepted = !isClosing && waiting.add(job);
        }
        if (!isAccepted) {
            fail(job, closed());
        }
    }

    private int weightOf(Job<?> job) {
        return Math.min(settings.waitingBytesMax(), Math.max(WEIGHT_MIN, job.weight));
    }

    private StoreException closed() {
        return new StoreException(Reason.CLOSED, "store " + name + " is closed; ask for the store service again");
    }

    private StoreException unavailable() {
        return new StoreException(Reason.UNAVAILABLE, "store " + name + " " + problem);
    }

    /** Asks the database on the caller's thread; once more when the connection was lost since the question before. */
    <T> T read(Question<T> question) throws StoreException {
        reading.lock();
        try {
            boolean isFresh = false;
            while (true) {
                synchronized (gate) {
                    if (isClosing) {
                        throw closed();
                    }
                }
                if (!problem.isEmpty()) {
                    throw unavailable();
                }
                try {
                    Connection connection = reader;
                    if (connection == null) {
                        isFresh = true;
                        connection = sessions.openReader();
                        reader = connection;
                    }
                    return question.ask(connection);
                } catch (SQLException e) {
                    closeReader();
                    if (isFresh || Sql.failureOf(e) != Sql.Failure.LOST) {
                        throw Sql.translate(name, e);
                    }
                }
            }
        } finally {
            reading.unlock();
        }
    }

    private void work() {
        try {
            while (true) {
                Connection connection = writer;
                if (connection == null) {
                    if (!open() && !waitForRetry()) {
                        return;
                    }
                    continue;
                }
                Job<?> first = waiting.poll(Math.max(0, careDue - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (first != null) {
                    write(collect(first));
                }
                if (hasEnded()) {
                    return;
                }
                if (System.nanoTime() - careDue >= 0 && writer != null) {
                    Care care = new Care(false);
                    write(List.of(care));
                    boolean hasMore =
                            !care.answer.isCompletedExceptionally() && Boolean.TRUE.equals(care.answer.getNow(false));
                    careDue = System.nanoTime() + (hasMore ? 0 : CARE_PERIOD.toNanos());
                }
            }
        } catch (InterruptedException e) {
            // Nobody but close() interrupts this thread, when it has waited long enough.
            LOG.warn("store={} was not written to its end within {}", name, CLOSE_TIMEOUT);
        } finally {
            end();
        }
    }

    private boolean hasEnded() {
        synchronized (gate) {
            return isClosing && waiting.isEmpty();
        }
    }

    /** Waits for the next attempt, and answers what comes once the server is away for too long; false when all is over. */
    private boolean waitForRetry() throws InterruptedException {
        long retry = System.nanoTime() + OPEN_RETRY.toNanos();
        for (long left = OPEN_RETRY.toNanos(); left > 0; left = retry - System.nanoTime()) {
            if (System.nanoTime() - awaySince < settings.outage().toNanos()) {
                synchronized (gate) {
                    if (isClosing) {
                        return false;
                    }
                    TimeUnit.NANOSECONDS.timedWait(gate, left);
                }
                continue;
            }
            Job<?> job = waiting.poll(left, TimeUnit.NANOSECONDS);
            if (job != null) {
                fail(job, unavailable());
            } else if (hasEnded()) {
                return false;
            }
        }
        return !hasEnded();
    }

    private List<Job<?>> collect(Job<?> first) throws InterruptedException {
        List<Job<?>> group = new ArrayList<>();
        group.add(first);
        long weight = first.weight;
        long until = System.nanoTime() + settings.group().toNanos();
        while (weight < GROUP_WEIGHT_MAX && group.size() < GROUP_JOBS_MAX) {
            Job<?> next = waiting.poll();
            if (next == null) {
                next = waiting.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
            if (next == null) {
                return group;
            }
            group.add(next);
            weight += next.weight;
        }
        return group;
    }

    private void write(List<? extends Job<?>> group) throws InterruptedException {
        long giveUp = System.nanoTime() + settings.outage().toNanos();
        while (true) {
            Connection connection = writer;
            if (connection == null) {
                if (!reopen(giveUp)) {
                    StoreException failure = unavailable();
                    group.forEach(job -> fail(job, failure));
                    return;
                }
                continue;
            }
            Attempt attempt = new Attempt();
            SQLException failure = attempt.run(connection, group);
            if (failure == null) {
                tables.committed();
                group.forEach(this::done);
                return;
            }
            if (writer == null) {
                if (attempt.transaction == 0) {
                    tables.rolledBack();
                } else if (!decide(attempt.transaction, group, giveUp)) {
                    return;
                }
                if (System.nanoTime() - giveUp >= 0) {
                    StoreException lost = Sql.translate(name, failure);
                    group.forEach(job -> fail(job, lost));
                    return;
                }
            } else if (group.size() == 1) {
                fail(group.get(0), Sql.translate(name, failure));
                return;
            } else {
                // One of them is to blame.
                for (Job<?> job : group) {
                    write(List.of(job));
                }
                return;
            }
        }
    }

    /** Answers a group whose end was not heard of, and returns whether it is to be written again. */
    private boolean decide(long transaction, List<? extends Job<?>> group, long giveUp) throws InterruptedException {
        sessions.askFor(transaction);
        boolean isOpen = reopen(giveUp);
        Sessions.Fate fate = isOpen ? sessions.fate() : Sessions.Fate.UNKNOWN;
        if (fate == Sessions.Fate.KEPT) {
            tables.committed();
            group.forEach(this::done);
            return false;
        }
        tables.rolledBack();
        if (fate == Sessions.Fate.NOT_KEPT) {
            return true;
        }
        StoreException failure = new StoreException(
                Reason.UNAVAILABLE,
                "store " + name + " lost the server at the end of a transaction and cannot ask whether it was kept: "
                        + problem);
        group.forEach(job -> fail(job, failure));
        return false;
    }

    /** Connects again, until {@code giveUp} or the store is to be closed. */
    private boolean reopen(long giveUp) throws InterruptedException {
        while (true) {
            if (open()) {
                return true;
            }
            synchronized (gate) {
                if (isClosing || System.nanoTime() - giveUp >= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(gate, OPEN_RETRY.toNanos());
            }
        }
    }

    private void done(Job<?> job) {
        room.release(releasable(job));
        job.done();
    }

    private void fail(Job<?> job, StoreException failure) {
        room.release(releasable(job));
        job.fail(failure);
    }

    /** Housekeeping that nobody submitted never took any. */
    private int releasable(Job<?> job) {
        return job instanceof Care care && !care.isSubmitted ? 0 : weightOf(job);
    }

    /** One transaction. */
    private final class Attempt {
        /** Its number once only its end is missing; 0 before, and when it changed nothing. */
        private long transaction;

        @Nullable
        SQLException run(Connection connection, List<? extends Job<?>> group) {
            try {
                for (Job<?> job : group) {
                    job.attempt(connection);
                }
                tables.flush(connection);
                transaction = Sql.number(connection, 0, TRANSACTION);
                connection.commit();
                return null;
            } catch (SQLException e) {
                rollBack(connection, e);
                return e;
            } catch (RuntimeException e) {
                SQLException failure = new SQLException(e.toString(), e);
                rollBack(connection, failure);
                return failure;
            }
        }

        private void rollBack(Connection connection, SQLException cause) {
            boolean isLost = Sql.failureOf(cause) == Sql.Failure.LOST;
            try {
                if (!isLost) {
                    connection.rollback();
                    transaction = 0;
                    tables.rolledBack();
                }
            } catch (SQLException e) {
                cause.addSuppressed(e);
                isLost = true;
            }
            if (isLost) {
                report("lost its connection: " + Sql.messageOf(cause));
                disconnect();
            }
        }
    }

    /** Does now what is otherwise done once a second; for tests. */
    Job<Boolean> careNow() {
        Job<Boolean> job = new Care(true);
        submit(job);
        return job;
    }

    /** Housekeeping of the tables. */
    private final class Care extends Job<Boolean> {
        private final boolean isSubmitted;

        Care(boolean isSubmitted) {
            super(0);
            this.isSubmitted = isSubmitted;
        }

        @Override
        Boolean run(Connection connection) throws SQLException {
            tables.flush(connection);
            return tables.care(connection);
        }
    }

    private boolean open() {
        Connection connection = null;
        try {
            connection = sessions.openWriter(tables.schema());
            tables.opened(connection);
            connection.commit();
            writer = connection;
            if (!problem.isEmpty()) {
                LOG.info("store={} is connected to {}", name, settings.url());
            }
            problem = "";
            return true;
        } catch (SQLException e) {
            report("cannot be reached at " + settings.url() + ", which is tried again: " + Sql.messageOf(e));
        } catch (LinkageError e) {
            report("has no driver (" + e + "); install the bundle org.postgresql.jdbc 42.7 or later");
        }
        if (connection != null) {
            Sessions.close(connection);
        }
        return false;
    }

    private void report(String found) {
        if (!found.equals(problem)) {
            LOG.error("store={} {}", name, found);
            alarm.raise("store " + name + " " + found);
        }
        problem = found;
    }

    private void disconnect() {
        Connection connection = writer;
        writer = null;
        if (connection != null) {
            awaySince = System.nanoTime();
            Sessions.close(connection);
        }
    }

    @GuardedBy("reading")
    private void closeReader() {
        Connection connection = reader;
        reader = null;
        if (connection != null) {
            Sessions.close(connection);
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
        reading.lock();
        try {
            closeReader();
        } finally {
            reading.unlock();
        }
        problem = "is closed";
    }

    /** Writes what waits, within fifteen seconds, and closes the connections. Closing twice does nothing. */
    @Override
    public void close() {
        synchronized (gate) {
            if (!isClosing) {
                isClosing = true;
                // Wakes the thread, whatever it waits for.
                waiting.add(new Care(false));
                gate.notifyAll();
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
