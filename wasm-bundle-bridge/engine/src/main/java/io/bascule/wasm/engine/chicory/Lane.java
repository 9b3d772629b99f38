/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import io.bascule.wasm.engine.CallLimits;
import io.bascule.wasm.engine.WasmException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Who is inside an instance, since when, and how to get them out. One word says it all: it is the thread inside, or null,
 * or one of the markers below, and every change of it is a compare-and-set.
 *
 * <pre>
 *   null --enter--> thread --leave--> null            the usual call: two compare-and-sets
 *   thread --watchdog--> INTERRUPTING --> INTERRUPTED  the deadline passed; leave clears the interrupt flag
 *   null or at leave --> CLOSED                        closed or discarded: the memory is given back
 * </pre>
 *
 * <p>While the word is INTERRUPTING the thread cannot leave, so that it is never interrupted after its call.
 */
final class Lane {

    private static final Object INTERRUPTING = new Object();
    private static final Object INTERRUPTED = new Object();
    private static final Object CLOSED = new Object();
    private static final long REPEAT_NANOS = 100_000_000L;
    private static final VarHandle OWNER;
    private static final VarHandle CALLS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OWNER = lookup.findVarHandle(Lane.class, "owner", Object.class);
            CALLS = lookup.findVarHandle(Lane.class, "calls", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Meter meter = new Meter();
    private final CallLimits limits;
    private final PageBudget.Lease lease;
    private final WeakReference<Object> instance;
    private final Runnable onRelease;
    private volatile @Nullable Object owner;
    // The number of calls that ended; tells one call from the next of the same thread.
    private volatile int calls;
    // Only ever equal to the current thread when it is inside, so it needs no ordering.
    private @Nullable Thread runner;
    private volatile @Nullable String closedWhy;
    // Written and read by the thread inside.
    private boolean isDiscarded;

    // What host functions waited in all, and since when one waits now; 0 when none does. Written by the thread inside.
    private volatile long waitedNanos;
    private volatile long waitingSince;

    // Of the watchdog's thread.
    private boolean isSeen;
    private long seenWaitedNanos;
    private int seenCalls;
    private long seenSinceNanos;
    private @Nullable Thread target;

    /**
     * Makes the lane of an instance.
     *
     * @param instance held weakly: the watchdog must not keep it
     * @param onRelease run once, when nobody is inside any more and nobody will be
     */
    Lane(Object instance, CallLimits limits, PageBudget.Lease lease, Runnable onRelease) {
        this.instance = new WeakReference<>(instance);
        this.limits = limits;
        this.lease = lease;
        this.onRelease = onRelease;
    }

    Meter meter() {
        return meter;
    }

    CallLimits limits() {
        return limits;
    }

    boolean isClosed() {
        return closedWhy != null;
    }

    /** Returns whether the instance was dropped without being closed. */
    boolean isOrphaned() {
        return instance.refersTo(null);
    }

    /**
     * Goes inside.
     *
     * @return whether this is the outermost call, the one that has to {@link #leave()}
     * @throws WasmException.Closed when it is closed or discarded
     * @throws IllegalStateException when another thread is inside
     */
    boolean enter() throws WasmException.Closed {
        Thread me = Thread.currentThread();
        if (runner == me) {
            if (isDiscarded) {
                throw closed();
            }
            return false;
        }
        if (!OWNER.compareAndSet(this, null, me)) {
            throw busy();
        }
        runner = me;
        meter.begin(limits.fuel());
        return true;
    }

    private WasmException.Closed busy() throws WasmException.Closed {
        Object present = owner;
        if (present == CLOSED) {
            return closed();
        }
        throw new IllegalStateException(Thread.currentThread() + " called an instance while "
                + (present instanceof Thread ? present : "another thread")
                + " is inside; an instance belongs to one thread at a time");
    }

    WasmException.Closed closed() {
        return new WasmException.Closed("the instance is closed: " + closedWhy);
    }

    /** Goes outside again. After this the thread is not interrupted by the watchdog. */
    void leave() {
        Thread me = Thread.currentThread();
        runner = null;
        CALLS.setRelease(this, calls + 1);
        Object next = closedWhy == null ? null : CLOSED;
        while (!OWNER.compareAndSet(this, me, next)) {
            if (owner == INTERRUPTED) {
                // The flag was set for this call only; whoever uses the thread next must not see it.
                Thread.interrupted();
                meter.clearStop();
                OWNER.setVolatile(this, next);
                break;
            }
            Thread.onSpinWait();
        }
        if (next == CLOSED) {
            release();
        } else {
            releaseIfUnused();
        }
    }

    /** From now on the deadline stands still; to be called by the thread inside. */
    void beginWait() {
        long now = System.nanoTime();
        waitingSince = now == 0 ? 1 : now;
    }

    /** From now on the deadline goes on. */
    void endWait() {
        long waited = waitedNanos + System.nanoTime() - waitingSince;
        // In this order, and read in the other one: the watchdog may count a wait twice for a moment, but never not at
        // all.
        waitedNanos = waited;
        waitingSince = 0;
    }

    private long waited(long nowNanos) {
        long since = waitingSince;
        long ended = waitedNanos;
        return since == 0 ? ended : ended + Math.max(0, nowNanos - since);
    }

    /** Lets nobody in any more; to be called by the thread inside, which still has to leave. */
    void discard(String why) {
        isDiscarded = true;
        close(why);
    }

    /** Lets nobody in any more and gives the memory back as soon as nobody is inside. From any thread. */
    void close(String why) {
        if (closedWhy == null) {
            closedWhy = why;
        }
        releaseIfUnused();
    }

    boolean isDiscarded() {
        return isDiscarded;
    }

    private void releaseIfUnused() {
        if (closedWhy != null && OWNER.compareAndSet(this, null, CLOSED)) {
            release();
        }
    }

    private void release() {
        lease.giveAllBack();
        onRelease.run();
    }

    /** Interrupts the call inside if it is over its deadline. For the watchdog's thread only. */
    void inspect(long nowNanos) {
        Object present = owner;
        if (!(present instanceof Thread) && present != INTERRUPTED) {
            isSeen = false;
            target = null;
            return;
        }
        int call = (int) CALLS.getAcquire(this);
        if (!isSeen || call != seenCalls) {
            isSeen = true;
            seenCalls = call;
            seenSinceNanos = nowNanos;
            seenWaitedNanos = waited(nowNanos);
            target = null;
            return;
        }
        long waited = waited(nowNanos) - seenWaitedNanos;
        if (nowNanos - seenSinceNanos - waited < limits.deadline().toNanos()
                || !OWNER.compareAndSet(this, present, INTERRUPTING)) {
            return;
        }
        if (present instanceof Thread thread) {
            target = thread;
        }
        if ((int) CALLS.getAcquire(this) != call || target == null) {
            // It is on its way out.
            OWNER.setVolatile(this, present);
            return;
        }
        meter.requestStop();
        target.interrupt();
        // A host function may have swallowed it: again a little later, for as long as the call goes on.
        seenSinceNanos += REPEAT_NANOS;
        OWNER.setVolatile(this, INTERRUPTED);
    }
}
