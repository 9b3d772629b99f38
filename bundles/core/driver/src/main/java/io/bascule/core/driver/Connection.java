/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import static io.bascule.api.channel.driver.ConnectionState.BACKING_OFF;
import static io.bascule.api.channel.driver.ConnectionState.CLOSED;
import static io.bascule.api.channel.driver.ConnectionState.CONNECTED;
import static io.bascule.api.channel.driver.ConnectionState.CONNECTING;
import static io.bascule.api.channel.driver.ConnectionState.DISCONNECTED;

import io.bascule.api.channel.driver.ConnectionState;
import java.util.EnumMap;
import java.util.Map;

/** The state of a connection and what may happen in it. One thread moves it, any may read it. */
final class Connection {

    /** What can happen to a connection. */
    enum Event {
        /** An attempt begins. */
        ATTEMPT,
        /** The device answered. */
        ANSWER,
        /** The attempt failed, or a connection that was there did. */
        FAILURE,
        /** The device is not wanted any more. */
        STOP
    }

    /** Everything that is allowed; what is not here is a mistake in the lane. */
    static final Map<ConnectionState, Map<Event, ConnectionState>> TABLE = Map.of(
            DISCONNECTED, Map.of(Event.ATTEMPT, CONNECTING, Event.STOP, CLOSED),
            CONNECTING, Map.of(Event.ANSWER, CONNECTED, Event.FAILURE, BACKING_OFF, Event.STOP, CLOSED),
            CONNECTED, Map.of(Event.FAILURE, BACKING_OFF, Event.STOP, CLOSED),
            BACKING_OFF, Map.of(Event.ATTEMPT, CONNECTING, Event.STOP, CLOSED),
            CLOSED, new EnumMap<>(Map.of(Event.STOP, CLOSED)));

    private volatile ConnectionState state = DISCONNECTED;

    ConnectionState state() {
        return state;
    }

    boolean isConnected() {
        return state == CONNECTED;
    }

    /**
     * Moves on.
     *
     * @throws IllegalStateException when {@code event} cannot happen now
     */
    void move(Event event) {
        ConnectionState next = TABLE.getOrDefault(state, Map.of()).get(event);
        if (next == null) {
            throw new IllegalStateException("a connection in state " + state + " cannot take " + event);
        }
        state = next;
    }
}
