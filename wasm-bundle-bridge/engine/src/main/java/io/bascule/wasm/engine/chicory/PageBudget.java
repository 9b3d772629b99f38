/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import java.util.concurrent.atomic.AtomicLong;

/** How much memory all guests of an engine have together, in pages of 64 KiB. Safe for use by any thread. */
final class PageBudget {

    private final long pagesMax;
    private final AtomicLong pages = new AtomicLong();

    PageBudget(long pagesMax) {
        this.pagesMax = pagesMax;
    }

    long used() {
        return pages.get();
    }

    private boolean take(long count) {
        if (pages.addAndGet(count) > pagesMax) {
            pages.addAndGet(-count);
            return false;
        }
        return true;
    }

    /** What one instance has taken, so that it can be given back at once. */
    final class Lease {
        private final AtomicLong held = new AtomicLong();

        /** Takes {@code count} more pages; false when they are not there. */
        boolean take(long count) {
            if (!PageBudget.this.take(count)) {
                return false;
            }
            held.addAndGet(count);
            return true;
        }

        void giveBack(long count) {
            held.addAndGet(-count);
            pages.addAndGet(-count);
        }

        void giveAllBack() {
            pages.addAndGet(-held.getAndSet(0));
        }
    }
}
