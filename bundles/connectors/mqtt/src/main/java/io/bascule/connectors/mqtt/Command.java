/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.bascule.api.channel.ChannelWriter.Result;
import io.bascule.api.channel.ChannelWriter.Write;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A command as it came.
 *
 * @param id what its sender calls it, empty for nothing
 * @param items what to write, in order
 */
record Command(String id, List<Item> items) {

    /** Most bytes of a command. */
    static final int BYTES_MAX = 65_536;

    /** Most writes of a command. */
    static final int WRITES_MAX = 256;

    /** Longest id, in characters. */
    static final int ID_MAX = 128;

    private static final String SHAPE =
            "{\"id\": \"any text\", \"writes\": [{\"channel\": \"press/setpoint\", \"value\": 12.5}]}";

    /**
     * One write, or why there is none.
     *
     * @param write what to write, empty when the value does not fit
     * @param refusal what to answer when there is no write
     */
    record Item(Optional<Write> write, Result refusal) {}

    /**
     * Reads a command.
     *
     * @param kinds says the kind of a channel; second argument: what it is when there is no such channel
     * @throws IllegalArgumentException when it is no command; the message says what was expected
     */
    static Command parse(byte[] payload, BiFunction<String, ValueKind, ValueKind> kinds) {
        JsonObject json = read(payload);
        for (String key : json.keySet()) {
            if (!key.equals("id") && !key.equals("writes")) {
                throw new IllegalArgumentException("a command has no key '" + key + "'; expected " + SHAPE);
            }
        }
        JsonElement writes = json.get("writes");
        if (writes == null
                || !writes.isJsonArray()
                || writes.getAsJsonArray().size() == 0
                || writes.getAsJsonArray().size() > WRITES_MAX) {
            throw new IllegalArgumentException("expected 'writes' with 1 to " + WRITES_MAX + " entries: " + SHAPE);
        }
        List<Item> items = new ArrayList<>();
        for (JsonElement each : writes.getAsJsonArray()) {
            items.add(item(each, kinds));
        }
        return new Command(id(json), List.copyOf(items));
    }

    /** Returns the id of what may be no command, empty when none is found. */
    static String idOf(byte[] payload) {
        try {
            return id(read(payload));
        } catch (IllegalArgumentException e) {
            // The answer that needs it says what is wrong already.
            return "";
        }
    }

    private static JsonObject read(byte[] payload) {
        if (payload.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "the command has " + payload.length + " bytes; expected at most " + BYTES_MAX);
        }
        try {
            JsonElement json = JsonParser.parseString(new String(payload, StandardCharsets.UTF_8));
            if (json.isJsonObject()) {
                return json.getAsJsonObject();
            }
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("the command is no JSON: " + e.getMessage() + "; expected " + SHAPE, e);
        }
        throw new IllegalArgumentException("the command is no JSON object; expected " + SHAPE);
    }

    private static String id(JsonObject json) {
        JsonElement id = json.get("id");
        if (id == null || id.isJsonNull()) {
            return "";
        }
        if (!id.isJsonPrimitive() || id.getAsString().length() > ID_MAX) {
            throw new IllegalArgumentException("expected 'id' to be a text of at most " + ID_MAX + " characters");
        }
        return id.getAsString();
    }

    private static Item item(JsonElement json, BiFunction<String, ValueKind, ValueKind> kinds) {
        if (!json.isJsonObject()
                || json.getAsJsonObject().size() != 2
                || !isText(json.getAsJsonObject().get("channel"))
                || !json.getAsJsonObject().has("value")) {
            throw new IllegalArgumentException(
                    "expected each write to have channel and value and nothing else: " + SHAPE);
        }
        String channel = json.getAsJsonObject().get("channel").getAsString();
        JsonElement value = json.getAsJsonObject().get("value");
        ValueKind kind = kinds.apply(channel, likely(value));
        try {
            return new Item(Optional.of(new Write(channel, value(value, kind))), ok(channel));
        } catch (ArithmeticException | IllegalArgumentException e) {
            return new Item(
                    Optional.empty(),
                    new Result(
                            channel,
                            Quality.BAD_TYPE_MISMATCH,
                            "the channel takes " + expected(kind) + ", got " + value));
        }
    }

    private static Result ok(String channel) {
        return new Result(channel, Quality.GOOD, "");
    }

    private static boolean isText(JsonElement json) {
        return json instanceof JsonPrimitive primitive && primitive.isString();
    }

    /** Of a channel that is not there the write path says so, whatever the kind. */
    private static ValueKind likely(JsonElement value) {
        if (value instanceof JsonPrimitive primitive) {
            return primitive.isBoolean() ? ValueKind.BOOL : primitive.isNumber() ? ValueKind.F64 : ValueKind.TEXT;
        }
        return ValueKind.TEXT;
    }

    /** Says what a channel of a kind takes. */
    static String expected(ValueKind kind) {
        return switch (kind) {
            case F64 -> "a number";
            case I64 -> "a whole number of at most 64 bits";
            case BOOL -> "true or false";
            case TEXT -> "a text";
            case BYTES -> "a text of hexadecimal digits";
        };
    }

    private static Value value(JsonElement json, ValueKind kind) {
        if (!(json instanceof JsonPrimitive value)) {
            throw new IllegalArgumentException("no plain value");
        }
        boolean fits =
                switch (kind) {
                    case F64, I64 -> value.isNumber();
                    case BOOL -> value.isBoolean();
                    case TEXT, BYTES -> value.isString();
                };
        if (!fits) {
            throw new IllegalArgumentException("another kind of value");
        }
        return switch (kind) {
            case F64 -> new Value.F64(value.getAsDouble());
            case I64 -> new Value.I64(value.getAsBigDecimal().longValueExact());
            case BOOL -> new Value.Bool(value.getAsBoolean());
            case TEXT -> new Value.Text(value.getAsString());
            case BYTES -> Value.parse(ValueKind.BYTES, value.getAsString());
        };
    }
}
