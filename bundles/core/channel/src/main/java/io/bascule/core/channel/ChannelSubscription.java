/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry.BatchListener;
import io.bascule.api.channel.ChannelRegistry.Subscription;
import io.bascule.api.security.NamePattern;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener and the handles that it wants, as a bit set that is worked out when channels come, not when readings do.
 * Delivery may come from several threads, one for each device.
 */
final class ChannelSubscription implements Subscription {

    /** Longest time {@link #close()} waits for calls that other threads are in. */
    static final long CLOSE_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long CLOSE_POLL_NANOS = 100_000;
    private static final Logger LOG = LoggerFactory.getLogger(ChannelSubscription.class);

    private final List<NamePattern> patterns;
    private final BatchListener listener;
    private final Consumer<ChannelSubscription> onClose;
    private final Set<Thread> calling = ConcurrentHashMap.newKeySet();
    private final LongAdder failures = new LongAdder();
    /** Bit {@code handle} is set for a matching channel. Replaced, never changed, by {@link #include}. */
    private volatile long[] wanted = new long[0];

    private volatile boolean isClosed;

    ChannelSubscription(List<NamePattern> patterns, BatchListener listener, Consumer<ChannelSubscription> onClose) {
        this.patterns = List.copyOf(patterns);
        this.listener = listener;
        this.onClose = onClose;
    }

    /** Adds the matching ones of {@code channels}. The registry calls this for one set of channels at a time. */
    void include(Collection<Channel> channels) {
        int handleMax = channels.stream().mapToInt(Channel::handle).max().orElse(0);
        long[] next = Arrays.copyOf(wanted, Math.max(wanted.length, (handleMax >> 6) + 1));
        for (Channel candidate : channels) {
            if (patterns.stream().anyMatch(p -> p.matches(candidate.name()))) {
                next[candidate.handle() >> 6] |= 1L << candidate.handle();
            }
        }
        wanted = next;
    }

    boolean wants(int handle) {
        return isWanted(wanted, handle);
    }

    private static boolean isWanted(long[] set, int handle) {
        int word = handle >> 6;
        return word < set.length && (set[word] & 1L << handle) != 0;
    }

    /** Calls the listener with the readings it wants; the batch itself when it wants all. Never throws. */
    void deliver(Batch batch) {
        Batch wantedOnes = select(batch);
        if (wantedOnes.isEmpty() || isClosed) {
            return;
        }
        boolean isOutermost = calling.add(Thread.currentThread());
        try {
            // Asked again: close() sets the flag first and then waits for those that have announced themselves.
            if (!isClosed) {
                listener.onBatch(wantedOnes);
            }
        } catch (RuntimeException | LinkageError e) {
            failed(e);
        } finally {
            if (isOutermost) {
                calling.remove(Thread.currentThread());
            }
        }
    }

    private Batch select(Batch batch) {
        long[] set = wanted;
        int size = batch.size();
        int first = 0;
        while (first < size && isWanted(set, batch.channel(first))) {
            first++;
        }
        if (first == size) {
            return batch;
        }
        Batch.Builder selected = null;
        int runStart = 0;
        for (int i = first; i <= size; i++) {
            if (i < size && isWanted(set, batch.channel(i))) {
                continue;
            }
            if (i > runStart) {
                selected = selected == null ? Batch.builder(size) : selected;
                selected.addRange(batch, runStart, i - runStart);
            }
            runStart = i + 1;
        }
        return selected == null ? Batch.EMPTY : selected.build();
    }

    /** Logs the first failure and then each time their number has doubled: a listener that always fails fills no disk. */
    private void failed(Throwable e) {
        failures.increment();
        long count = failures.sum();
        if (Long.bitCount(count) == 1) {
            LOG.warn("a subscriber of {} failed, failures={}; it missed this batch", patterns, count, e);
        }
    }

    long failures() {
        return failures.sum();
    }

    @Override
    public void close() {
        isClosed = true;
        onClose.accept(this);
        long deadline = System.nanoTime() + CLOSE_WAIT_NANOS;
        while (calling.stream().anyMatch(t -> t != Thread.currentThread()) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(CLOSE_POLL_NANOS);
        }
    }
}
