/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.driver.Deadline;
import org.jspecify.annotations.Nullable;

/** Knows whether a lane is inside its driver and for how long, so that another thread can get it out, and only out of there. */
final class CallGuard {

    @GuardedBy("this")
    private @Nullable Thread inside;

    @GuardedBy("this")
    private @Nullable Deadline deadline;

    @GuardedBy("this")
    private boolean wasInterrupted;

    synchronized void begin(Deadline until) {
        inside = Thread.currentThread();
        deadline = until;
        wasInterrupted = false;
    }

    /** Ends the call; an interruption by the watch ends with it and does not hit what the lane does next. */
    synchronized boolean endsLate() {
        boolean late = wasInterrupted;
        inside = null;
        deadline = null;
        wasInterrupted = false;
        if (late) {
            Thread.interrupted();
        }
        return late;
    }

    /** Interrupts a call that is over its time, once; returns whether it did so now. */
    synchronized boolean interruptIfOver() {
        if (inside == null || deadline == null || wasInterrupted || !deadline.isOver()) {
            return false;
        }
        wasInterrupted = true;
        inside.interrupt();
        return true;
    }
}
