/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.api.store.Outbox;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;

/** The connections by name: flows name one, configurations make them. Safe for use by any thread. */
@Component(service = Connections.class, name = "io.bascule.connectors.mqtt.connections")
public final class Connections {

    /** What a flow needs of a connection. */
    interface Way {
        /** Returns what sends. */
        Sender sender();

        /** Returns where messages wait that must not be lost; empty while there is no store. */
        Optional<Outbox> outbox();

        /** Returns how the connection is. */
        BrokerConnection.State state();

        /** Returns how it is configured. */
        MqttSettings settings();

        /** Returns a message id that is not given again. */
        String nextId();
    }

    private final Map<String, Way> ways = new ConcurrentHashMap<>();

    /** Adds a connection; false when the name is taken. */
    boolean add(String name, Way way) {
        return ways.putIfAbsent(name, way) == null;
    }

    void remove(String name, Way way) {
        ways.remove(name, way);
    }

    Optional<Way> find(String name) {
        return Optional.ofNullable(ways.get(name));
    }

    Set<String> names() {
        return new TreeSet<>(ways.keySet());
    }
}
