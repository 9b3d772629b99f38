/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver.payload;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.bascule.api.channel.payload.PayloadFormats;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A JSON document (RFC 8259). Numbers stay the text they were, so that none loses a digit. Immutable. */
sealed interface JsonTree {

    /** Members by name; of a name that stands twice the last one, as RFC 8259 section 4 observes of most readers. */
    record Node(Map<String, JsonTree> members) implements JsonTree {}

    /** Elements in order. */
    record Row(List<JsonTree> elements) implements JsonTree {}

    /** A string. */
    record Text(String value) implements JsonTree {}

    /** A number as it was written. */
    record Numeral(String written) implements JsonTree {}

    /** True or false. */
    record Bool(boolean value) implements JsonTree {}

    /** Null. */
    record Null() implements JsonTree {}

    /** Reads a document; empty when {@code text} is none, or one nested too deeply. */
    static Optional<JsonTree> parse(String text) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            JsonTree tree = read(reader, 0);
            return reader.peek() == JsonToken.END_DOCUMENT ? Optional.of(tree) : Optional.empty();
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            // Not JSON: the quality of the channel says so. What the device sent is not for the log.
            return Optional.empty();
        }
    }

    private static JsonTree read(JsonReader reader, int depth) throws IOException {
        if (depth > PayloadFormats.DEPTH_MAX) {
            throw new MalformedJsonException("nested deeper than " + PayloadFormats.DEPTH_MAX);
        }
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> {
                Map<String, JsonTree> members = new LinkedHashMap<>();
                reader.beginObject();
                while (reader.hasNext()) {
                    String name = reader.nextName();
                    members.put(name, read(reader, depth + 1));
                }
                reader.endObject();
                yield new Node(members);
            }
            case BEGIN_ARRAY -> {
                List<JsonTree> elements = new ArrayList<>();
                reader.beginArray();
                while (reader.hasNext()) {
                    elements.add(read(reader, depth + 1));
                }
                reader.endArray();
                yield new Row(elements);
            }
            case STRING -> new Text(reader.nextString());
            case NUMBER -> new Numeral(reader.nextString());
            case BOOLEAN -> new Bool(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield new Null();
            }
            default -> throw new MalformedJsonException("a value is missing");
        };
    }
}
