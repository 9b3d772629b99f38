/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread that looks at all instances a few times per deadline and interrupts calls that are over it. A call costs it
 * nothing: it never reads the clock, it only counts itself, and the watchdog times how long the count stands still. So a
 * deadline is exceeded by up to two ticks.
 */
final class Watchdog implements AutoCloseable {

    private static final int TICKS_PER_DEADLINE = 8;
    private static final long TICK_NANOS_MIN = Duration.ofMillis(1).toNanos();
    private static final long TICK_NANOS_MAX = Duration.ofMillis(100).toNanos();
    private static final long CLOSE_MILLIS_MAX = 1000;

    private final Set<Lane> lanes = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean isClosed;

    Watchdog() {
        thread = new Thread(this::run, "wasm-engine-watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    void watch(Lane lane) {
        boolean wasEmpty = lanes.isEmpty();
        lanes.add(lane);
        if (wasEmpty || lane.limits().deadline().toNanos() / TICKS_PER_DEADLINE < TICK_NANOS_MAX) {
            LockSupport.unpark(thread);
        }
    }

    void forget(Lane lane) {
        lanes.remove(lane);
    }

    int watched() {
        return lanes.size();
    }

    private void run() {
        while (!isClosed) {
            long tick = tick();
            if (tick == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, tick);
            }
        }
    }

    /** Looks at every lane once and returns how long to wait before the next look. */
    private long tick() {
        long now = System.nanoTime();
        long tick = Long.MAX_VALUE;
        for (Lane lane : lanes) {
            if (lane.isOrphaned()) {
                // Dropped without being closed: its pages are given back here.
                lane.close("its instance was garbage collected");
                continue;
            }
            lane.inspect(now);
            long wanted = lane.limits().deadline().toNanos() / TICKS_PER_DEADLINE;
            tick = Math.min(tick, Math.max(TICK_NANOS_MIN, Math.min(TICK_NANOS_MAX, wanted)));
        }
        return tick;
    }

    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
        boolean wasInterrupted = false;
        try {
            thread.join(CLOSE_MILLIS_MAX);
        } catch (InterruptedException e) {
            wasInterrupted = true;
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
