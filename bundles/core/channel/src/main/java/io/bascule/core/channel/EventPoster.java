/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import io.bascule.api.channel.event.GatewayEvent;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.ServiceReference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/** Posts events when there is an EventAdmin, and knows whether anybody would hear of data. Safe for use by any thread. */
final class EventPoster {

    private static final List<String> DATA_TOPICS =
            List.of(GatewayEvent.DataReceived.TOPIC, GatewayEvent.ALL_TOPICS, "io/bascule/*", "io/*", "*");

    private final Map<ServiceReference<EventHandler>, Boolean> dataHandlers = new ConcurrentHashMap<>();
    private volatile @Nullable EventAdmin admin;
    private volatile boolean isDataHeard;

    void setAdmin(@Nullable EventAdmin next) {
        admin = next;
    }

    /** Forgets {@code gone} unless another one has taken its place. */
    synchronized void unsetAdmin(EventAdmin gone) {
        if (admin == gone) {
            admin = null;
        }
    }

    void handlerCame(ServiceReference<EventHandler> handler) {
        if (topics(handler).stream().anyMatch(DATA_TOPICS::contains)) {
            dataHandlers.put(handler, true);
        } else {
            dataHandlers.remove(handler);
        }
        isDataHeard = !dataHandlers.isEmpty();
    }

    void handlerWent(ServiceReference<EventHandler> handler) {
        dataHandlers.remove(handler);
        isDataHeard = !dataHandlers.isEmpty();
    }

    private static Collection<?> topics(ServiceReference<EventHandler> handler) {
        Object topics = handler.getProperty(EventConstants.EVENT_TOPIC);
        if (topics instanceof Object[] array) {
            return Arrays.asList(array);
        }
        return topics instanceof Collection<?> collection ? collection : List.of(String.valueOf(topics));
    }

    boolean isDataHeard() {
        return isDataHeard && admin != null;
    }

    void post(GatewayEvent event) {
        EventAdmin current = admin;
        if (current != null) {
            current.postEvent(new Event(event.topic(), event.properties()));
        }
    }
}
