/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.flow.spi;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.FlowException;
import org.osgi.annotation.versioning.ConsumerType;

/** One stage of a running flow. All calls come from one thread at a time. */
@ConsumerType
public interface Stage extends AutoCloseable {

    /** Marks that no timer is set; see {@link #timerDueNanos()}. */
    long NO_TIMER = Long.MAX_VALUE;

    /** Starts sending. Called once; sources start their subscriptions here. */
    default void start() throws FlowException {}

    /** Stops sending, so that what is queued behind can be worked off. Sources end their subscriptions here. */
    default void quiesce() {}

    /**
     * Takes a batch. Never called on a source.
     *
     * @throws FlowException when it failed; the batch counts as dropped
     */
    void accept(Batch batch) throws FlowException;

    /**
     * Takes a message. By default it is dropped, which the engine counts.
     *
     * @return whether the stage took it
     */
    default boolean acceptMessage(String topic, byte[] payload) throws FlowException {
        return false;
    }

    /** Returns when {@link #runTimers()} wants to be called, in terms of {@link System#nanoTime()}; or {@link #NO_TIMER}. */
    default long timerDueNanos() {
        return NO_TIMER;
    }

    /** Called when a timer is due, for example to send a batch that did not fill in time. */
    default void runTimers() throws FlowException {}

    /** Lets go of everything. Closing twice does nothing. */
    @Override
    void close();
}
