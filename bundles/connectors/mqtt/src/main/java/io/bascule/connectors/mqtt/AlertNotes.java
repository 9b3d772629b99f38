/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import com.google.gson.JsonObject;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.event.GatewayEvent.AlertRaised;
import io.bascule.connectors.mqtt.transport.Publication;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventHandler;

/**
 * Turns alerts into messages.
 *
 * @param topic where to
 * @param ids gives message ids
 * @param notes takes the messages; does not wait
 */
record AlertNotes(String topic, Supplier<String> ids, Consumer<Publication> notes) implements EventHandler {

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    @Override
    public void handleEvent(Event event) {
        if (!(event.getProperty(AlertRaised.EVENT) instanceof AlertRaised raised)) {
            return;
        }
        Alert alert = raised.entry().alert();
        String id = ids.get();
        JsonObject json = new JsonObject();
        json.addProperty("id", id);
        json.addProperty("alert", raised.entry().id());
        json.addProperty("source", alert.source());
        json.addProperty("severity", alert.severity());
        json.addProperty("channel", alert.channel());
        json.addProperty(
                "time",
                Instant.ofEpochSecond(
                                Math.floorDiv(alert.timeNanos(), NANOS_PER_SECOND),
                                Math.floorMod(alert.timeNanos(), NANOS_PER_SECOND))
                        .toString());
        if (Double.isFinite(alert.value())) {
            json.addProperty("value", alert.value());
        }
        json.addProperty("text", alert.text());
        byte[] payload = json.toString().getBytes(StandardCharsets.UTF_8);
        notes.accept(Publication.of(topic, payload, 1, false, id, "application/json"));
    }
}
