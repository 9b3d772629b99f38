/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.milo.opcua.stack.core.types.structured.PublishResponse;
import org.eclipse.milo.opcua.stack.core.types.structured.SubscriptionAcknowledgement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the messages of a subscription. One request at a time is with the server: the next goes when the answer to the last has
 * been worked through, so answers need no order and no lock. A server keeps what comes meanwhile; on the network of a site that is
 * a millisecond's worth.
 */
final class Publisher {

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    private final Connection connection;
    private final AtomicBoolean isRunning = new AtomicBoolean();
    private volatile @Nullable Subscription current;

    Publisher(Connection connection) {
        this.connection = connection;
    }

    /** Fetches for a subscription from now on; for another one no more. */
    void follow(Subscription next) {
        current = next;
        if (isRunning.compareAndSet(false, true)) {
            publish(next, List.of());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // All that can be told of it is told to what is called.
    private void publish(Subscription now, List<SubscriptionAcknowledgement> acknowledgements) {
        connection.publish(acknowledgements, now.silenceMax()).whenComplete(this::answered);
    }

    private void answered(@Nullable PublishResponse response, @Nullable Throwable problem) {
        Subscription now = current;
        List<SubscriptionAcknowledgement> acknowledgements = List.of();
        if (now != null && !now.hasEnded()) {
            if (response == null) {
                now.lost("the subscription at " + connection.text() + " ended: " + Connection.reason(problem));
            } else if (response.getSubscriptionId().equals(now.id())) {
                try {
                    acknowledgements = now.accept(response);
                } catch (RuntimeException e) {
                    LOG.error("server={} a message of the subscription could not be handled", connection.text(), e);
                    now.lost("a message of " + connection.text() + " could not be handled: " + e);
                }
            }
        }
        if (now == null || now.hasEnded()) {
            isRunning.set(false);
        } else {
            publish(now, acknowledgements);
        }
    }
}
