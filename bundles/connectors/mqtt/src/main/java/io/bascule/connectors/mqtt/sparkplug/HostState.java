/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.sparkplug;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the primary host says of itself, Sparkplug 3.0 section 6.4.29: {@code {"online":true,"timestamp":...}}. Safe for use by any thread. */
final class HostState {

    private static final Logger LOG = LoggerFactory.getLogger(HostState.class);
    private static final int BYTES_MAX = 1024;

    private final String host;
    private long timestamp = Long.MIN_VALUE;
    private boolean isOnline;
    private boolean isHeard;

    HostState(String host) {
        this.host = host;
    }

    /** Knows nothing any more: what was heard over another connection may be long over. */
    synchronized void forget() {
        timestamp = Long.MIN_VALUE;
        isOnline = false;
        isHeard = false;
    }

    synchronized void heard(byte[] payload) {
        Optional<JsonObject> said = read(payload);
        if (said.isEmpty()) {
            LOG.warn("host={} says what is no state; expected {{\"online\":true,\"timestamp\":1700000000000}}", host);
            return;
        }
        long when = said.get().get("timestamp").getAsLong();
        // A will of a connection that ended long ago may come after the birth of the next one.
        if (when >= timestamp) {
            timestamp = when;
            isOnline = said.get().get("online").getAsBoolean();
            isHeard = true;
        }
    }

    private static Optional<JsonObject> read(byte[] payload) {
        if (payload.length > BYTES_MAX) {
            return Optional.empty();
        }
        try {
            JsonElement json = JsonParser.parseString(new String(payload, StandardCharsets.UTF_8));
            if (json.isJsonObject()
                    && json.getAsJsonObject().get("online") instanceof JsonPrimitive online
                    && online.isBoolean()
                    && json.getAsJsonObject().get("timestamp") instanceof JsonPrimitive when
                    && when.isNumber()) {
                return Optional.of(json.getAsJsonObject());
            }
            return Optional.empty();
        } catch (JsonParseException e) {
            LOG.debug("a state is no JSON", e);
            return Optional.empty();
        }
    }

    /** Returns why the host is not there; empty when it is, or when there is none to wait for. */
    synchronized Optional<String> absence() {
        if (host.isEmpty() || isOnline) {
            return Optional.empty();
        }
        return Optional.of(
                "the primary host '" + host + "' " + (isHeard ? "is offline" : "has not said that it is online"));
    }
}
