/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.sparkplug;

import io.bascule.connectors.mqtt.transport.Link;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The broker's answer to one message, for who waits for it. Safe for use by any thread. */
final class Answer implements Link.Completion {

    private final CountDownLatch latch = new CountDownLatch(1);
    private volatile String refusal = "";

    @Override
    public void delivered() {
        latch.countDown();
    }

    @Override
    public void refused(String reason) {
        refusal = reason.isEmpty() ? "it does not say why" : reason;
        latch.countDown();
    }

    /** Returns whether there is one in time. */
    boolean await(Duration atMost) throws InterruptedException {
        return latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Returns why the message did not arrive; empty when it did. */
    String refusal() {
        return refusal;
    }
}
