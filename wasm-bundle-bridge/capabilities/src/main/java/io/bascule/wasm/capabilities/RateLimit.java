/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

/** Lets a number of events pass each second and counts the rest. Confined to one thread at a time. */
final class RateLimit {

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final int perSecond;
    private long windowStart;
    private int passed;
    private long dropped;

    RateLimit(int perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.windowStart = nowNanos;
    }

    boolean tryPass(long nowNanos) {
        if (nowNanos - windowStart >= SECOND_NANOS) {
            windowStart = nowNanos;
            passed = 0;
        }
        if (passed >= perSecond) {
            dropped++;
            return false;
        }
        passed++;
        return true;
    }

    /** Returns how many were dropped since the last time this was asked. */
    long takeDropped() {
        long taken = dropped;
        dropped = 0;
        return taken;
    }
}
