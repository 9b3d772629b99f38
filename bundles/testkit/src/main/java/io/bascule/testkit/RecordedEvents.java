/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import io.bascule.api.channel.event.GatewayEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;

/** An EventAdmin that keeps what was posted. Sending is refused: the gateway only posts. */
public final class RecordedEvents implements EventAdmin {

    private final List<Event> posted = new CopyOnWriteArrayList<>();

    @Override
    public void postEvent(Event event) {
        posted.add(event);
    }

    @Override
    public void sendEvent(Event event) {
        throw new AssertionError("events must be posted, not sent: " + event.getTopic());
    }

    /** Returns the gateway events posted so far that are of {@code type}, in order. */
    public <T extends GatewayEvent> List<T> of(Class<T> type) {
        return posted.stream()
                .map(e -> e.getProperty(GatewayEvent.EVENT))
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** Returns the topics posted so far, in order. */
    public List<String> topics() {
        return posted.stream().map(Event::getTopic).toList();
    }
}
