/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.connectors.mqtt.transport.Incoming;
import io.bascule.connectors.mqtt.transport.Link;
import io.bascule.connectors.mqtt.transport.Publication;
import io.bascule.connectors.mqtt.transport.TransportException;
import java.util.List;
import java.util.Optional;

/**
 * What is said around a link besides the readings: who the gateway is, that it is there or gone, what it listens to. All but
 * {@link #arrived} is called by the connection's thread.
 */
interface Conversation {

    /** Returns what stands between the gateway and a link from now on; asked once for each new link, before anything is said. */
    default Link over(Link link) {
        return link;
    }

    /** Returns why nothing is to be said now although the broker is there; asked over and over. */
    default Optional<String> hindrance() {
        return Optional.empty();
    }

    /**
     * Says what is due besides greetings: called before the first reading leaves, and over and over.
     *
     * @throws TransportException when the link is of no use any more
     */
    default void tend() throws TransportException, InterruptedException {}

    /** Hears that the link broke, on a thread of the client; must return at once. */
    default void lost() {}

    /** Returns what the broker says when the link breaks; asked before each attempt to connect. */
    Optional<Publication> will();

    /** Returns what is said first over a new link, before anything else; one after the other is answered. */
    List<Publication> greetings();

    /** Returns what is said last, before the gateway leaves by itself. */
    List<Publication> farewells();

    /** Returns what to subscribe to over each new link. */
    List<String> filters();

    /** Takes a message of a subscription. Called on a thread of the client; must return at once. */
    void arrived(Incoming message);
}
