/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import io.bascule.api.store.StoreException;
import io.bascule.api.store.StoreException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The first attempt to open a file: who asks before it has ended waits, because a store that has just been asked for is not one
 * that does not work. Safe for use by any thread.
 */
final class FirstAttempt {

    private final CountDownLatch ended = new CountDownLatch(1);

    void end() {
        ended.countDown();
    }

    /** Waits until it has ended, well or not, or the time is over. */
    void await(Path file, Duration atMost) throws StoreException {
        try {
            if (!ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoreException(
                        Reason.UNAVAILABLE,
                        "store file " + file.getFileName() + " is still being opened after " + atMost.toMillis()
                                + " ms; look at its disk, or ask again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(
                    Reason.UNAVAILABLE,
                    "store file " + file.getFileName() + " is being opened, and the wait for it was interrupted",
                    e);
        }
    }
}
