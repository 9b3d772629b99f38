/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.transport;

import java.time.Duration;

/** One connection to a broker, from its beginning to its end. Safe for use by any thread. */
public interface Link extends AutoCloseable {

    /** What became of a publication. Called at most once, on a thread of the client; not at all when the link breaks before. */
    interface Completion {
        /** The broker has it; with QoS 0, the network has it. */
        void delivered();

        /**
         * The broker refused this publication, and would again.
         *
         * @param reason why, in the broker's words
         */
        void refused(String reason);
    }

    /**
     * Hands a publication to the client. Does not wait for the network.
     *
     * @throws TransportException when the link is of no use any more
     */
    void publish(Publication publication, Completion completion) throws TransportException;

    /**
     * Subscribes and waits for the broker's answer, at most for the time limit of the settings.
     *
     * @throws TransportException when the broker refuses or does not answer
     */
    void subscribe(String filter, int qos) throws TransportException;

    /** Returns how many publications the broker wants to have unanswered at most, 1 and up. */
    int inFlightMax();

    /** Says good-bye and closes; the broker does not publish the will. Waits at most for so long. */
    void disconnect(Duration atMost);

    /** Closes without a word, so that the broker publishes the will. Closing twice does nothing. */
    @Override
    void close();
}
