/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.store.Outbox;
import io.bascule.api.store.StoreException;
import io.bascule.api.store.StoreException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** One outbox: its name and its totals; the rows are with {@link PostgresOutboxes}. */
final class PostgresOutbox implements Outbox {

    private static final int MESSAGES_MAX = 100_000;

    /**
     * What an outbox holds.
     *
     * @param key number in the database, 0 before the first message
     * @param messages how many
     * @param bytes what they take
     * @param dropped how many were dropped
     * @param last sequence of the newest one, 0 when there is none
     */
    record Totals(long key, long messages, long bytes, long dropped, long last) {
        static final Totals NONE = new Totals(0, 0, 0, 0, 0);

        Totals changed(long moreMessages, long moreBytes, long moreDropped, long newest) {
            return new Totals(
                    key, messages + moreMessages, bytes + moreBytes, dropped + moreDropped, Math.max(last, newest));
        }
    }

    private final String name;
    private final PostgresOutboxes all;
    private final LongAdder refused = new LongAdder();
    private final Object news = new Object();

    @GuardedBy("news")
    private Totals committed = Totals.NONE;

    /** Within a transaction; confined to the writing thread. */
    private Totals current = Totals.NONE;

    PostgresOutbox(String name, PostgresOutboxes all) {
        this.name = name;
        this.all = all;
    }

    Totals current() {
        return current;
    }

    void change(Totals totals) {
        current = totals;
    }

    void commit() {
        synchronized (news) {
            if (!committed.equals(current)) {
                committed = current;
                news.notifyAll();
            }
        }
    }

    void rollBack() {
        current = committed();
    }

    Totals committed() {
        synchronized (news) {
            return committed;
        }
    }

    void refuse() {
        refused.increment();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletableFuture<Long> append(String topic, byte[] payload) {
        return all.append(this, topic, payload);
    }

    @Override
    public List<Message> peek(long after, int messagesMax, long bytesMax) throws StoreException {
        if (messagesMax < 1 || messagesMax > MESSAGES_MAX || bytesMax < 1) {
            throw new IllegalArgumentException("outbox '" + name + "': " + messagesMax + " messages of " + bytesMax
                    + " bytes were asked for; expected 1 to " + MESSAGES_MAX + " of at least 1 byte");
        }
        return all.peek(this, after, messagesMax, bytesMax);
    }

    @Override
    public boolean await(long after, Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        synchronized (news) {
            while (committed.last() <= after || committed.messages() == 0) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(news, left);
            }
            return true;
        }
    }

    @Override
    public CompletableFuture<Long> acknowledge(long upTo) {
        return all.acknowledge(this, upTo);
    }

    @Override
    public Figures figures() {
        Totals totals = committed();
        return new Figures(
                totals.messages(), totals.bytes(), all.bytesMax(), totals.dropped(), refused.sum(), all.problem());
    }

    StoreException tooLarge(String what) {
        return new StoreException(Reason.TOO_LARGE, "outbox '" + name + "' does not take a message with " + what);
    }
}
