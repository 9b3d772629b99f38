/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that does nothing but wake each millisecond and note how late it was: what the machine adds to any wait while it is as
 * busy as it is. It runs in another process than what is measured, whose clock is the same (Linux' CLOCK_MONOTONIC).
 */
final class Metronome implements AutoCloseable {

    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final long[] dueNanos;
    private final long[] lateNanos;
    private final Thread thread;
    private volatile int count;

    /**
     * Starts it.
     *
     * @param secondsMax after so many seconds it stops by itself
     */
    Metronome(int secondsMax) {
        int beatsMax = Math.toIntExact(TimeUnit.SECONDS.toNanos(secondsMax) / PACE_NANOS);
        this.dueNanos = new long[beatsMax];
        this.lateNanos = new long[beatsMax];
        this.thread = new Thread(this::run, "bench-metronome");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        long due = System.nanoTime();
        for (int i = 0; i < dueNanos.length && !Thread.currentThread().isInterrupted(); i++) {
            due += PACE_NANOS;
            LoadPhase.pauseUntil(due);
            dueNanos[i] = due;
            lateNanos[i] = System.nanoTime() - due;
            count = i + 1;
        }
    }

    /** Returns how late each beat was that came within a window, in nanoseconds and ascending order. */
    long[] lateness(SequenceRun.Windows windows) {
        int beats = count;
        long[] found = new long[beats];
        int size = 0;
        for (int i = 0; i < beats; i++) {
            if (windows.contains(dueNanos[i] + lateNanos[i])) {
                found[size++] = lateNanos[i];
            }
        }
        found = Arrays.copyOf(found, size);
        Arrays.sort(found);
        return found;
    }

    @Override
    public void close() {
        thread.interrupt();
        LockSupport.unpark(thread);
    }
}
