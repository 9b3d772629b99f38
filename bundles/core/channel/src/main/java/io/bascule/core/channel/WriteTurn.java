/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets one writer at a time to a device, in the order in which they came; few may wait, and not for long. */
final class WriteTurn {

    /** Most writers that wait for one device: more would only wait in vain. */
    static final int WAITING_MAX = 64;

    private final Semaphore turn = new Semaphore(1, true);

    /** Returns whether the caller has the turn now, and so must give it back. */
    boolean take(Duration timeout) throws InterruptedException {
        return turn.getQueueLength() < WAITING_MAX && turn.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    void giveBack() {
        turn.release();
    }
}
