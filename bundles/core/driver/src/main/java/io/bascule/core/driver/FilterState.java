/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.ValueKind;

/** What a filter remembers of its channel. Confined to a lane. */
final class FilterState {

    private final Filter filter;
    private final ValueKind kind;
    private boolean isFirst = true;
    private double published;
    private int publishedQuality;
    private long publishedNano;
    private boolean isWaiting;
    private long waitingBits;
    private long waitingTime;

    FilterState(Filter filter, ValueKind kind) {
        this.filter = filter;
        this.kind = kind;
    }

    /** Forgets what was published: after a connection began, the first reading is news. */
    void restart() {
        isFirst = true;
        isWaiting = false;
    }

    /**
     * Returns whether a reading is to be published now, and remembers it if so.
     *
     * @param now monotonic clock
     */
    boolean passes(long bits, Quality quality, long timeNanos, long now) {
        double value = number(bits);
        long age = now - publishedNano;
        boolean isNews =
                isFirst || quality.code() != publishedQuality || (filter.maxNanos() > 0 && age >= filter.maxNanos());
        if (!isNews && !isChange(value)) {
            isWaiting = false;
            return false;
        }
        if (!isNews && age < filter.minNanos()) {
            isWaiting = true;
            waitingBits = bits;
            waitingTime = timeNanos;
            return false;
        }
        isFirst = false;
        isWaiting = false;
        published = value;
        publishedQuality = quality.code();
        publishedNano = now;
        return true;
    }

    private boolean isChange(double value) {
        return kind == ValueKind.BOOL ? value != published : filter.isChange(value, published);
    }

    private double number(long bits) {
        return kind == ValueKind.I64 ? bits : Double.longBitsToDouble(bits);
    }

    /** Returns whether a reading has waited long enough. */
    boolean isDue(long now) {
        return isWaiting && now - publishedNano >= filter.minNanos();
    }

    boolean canWait() {
        return filter.minNanos() > 0;
    }

    long waitingBits() {
        return waitingBits;
    }

    long waitingTime() {
        return waitingTime;
    }

    Quality waitingQuality() {
        return new Quality(publishedQuality);
    }
}
