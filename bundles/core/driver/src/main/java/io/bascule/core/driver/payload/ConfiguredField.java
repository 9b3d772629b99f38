/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver.payload;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.api.channel.payload.Content;
import io.bascule.api.channel.payload.Payload;
import io.bascule.api.channel.payload.PayloadField;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A field as it is configured.
 *
 * @param place where the value is
 * @param time where the source time is; null when the payload has none
 * @param timeForm how the source time is written
 * @param template what is written, with {@link #HOLE} for the value; empty for the value alone
 */
record ConfiguredField(
        Format format,
        Conversion conversion,
        Place place,
        @Nullable Place time,
        SourceTime timeForm,
        String template) implements PayloadField {

    /** Stands for the value in a template. */
    static final String HOLE = "{value}";

    private static final int LINE_MAX = 100_000;
    private static final int COLUMN_MAX = 10_000;
    private static final Map<String, ValueKind> KINDS = words(ValueKind.values(), ValueKind::word);
    private static final Map<String, Format> FORMATS = words(Format.values(), Format::word);

    private static <T> Map<String, T> words(T[] all, Function<T, String> word) {
        Map<String, T> found = new LinkedHashMap<>();
        for (T one : all) {
            found.put(word.apply(one), one);
        }
        return Collections.unmodifiableMap(found);
    }

    /** How a payload is read. */
    enum Format {
        RAW,
        JSON,
        CSV;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * A place in a document.
     *
     * @param pointer for JSON
     * @param column for CSV: a number from 1 or a name of the header line
     * @param line for CSV: from 1, behind the header line when columns have names; 0 for the last
     * @param separator for CSV
     */
    record Place(JsonPointer pointer, String column, int line, char separator) {

        /** Returns the text in a cell. */
        Optional<String> find(CsvTable table) {
            boolean isNumbered = isNumber(column);
            List<List<String>> lines = table.lines();
            if (!isNumbered && lines.isEmpty()) {
                return Optional.empty();
            }
            int index = isNumbered
                    ? Integer.parseInt(column) - 1
                    : lines.get(0).stream().map(String::strip).toList().indexOf(column);
            int first = isNumbered ? 0 : 1;
            int at = line == 0 ? lines.size() - 1 : first + line - 1;
            boolean isThere = index >= 0
                    && at >= first
                    && at < lines.size()
                    && index < lines.get(at).size();
            return isThere ? Optional.of(lines.get(at).get(index)) : Optional.empty();
        }
    }

    private static boolean isNumber(String column) {
        return !column.isEmpty() && column.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    static ConfiguredField of(ChannelConfig channel) {
        String pointer = channel.text("pointer", "");
        String column = channel.text("column", "");
        Format format = format(channel, pointer, column);
        ValueKind kind = kind(channel.text("type", ValueKind.F64.word()));
        Place place = place(channel, format, pointer, column);
        String timePointer = channel.text("timePointer", "");
        String timeColumn = channel.text("timeColumn", "");
        SourceTime timeForm = SourceTime.in(channel.text("timeUnit", "ms"));
        require(timePointer.isEmpty() || format == Format.JSON, "timePointer needs format=json");
        require(timeColumn.isEmpty() || format == Format.CSV, "timeColumn needs format=csv");
        boolean hasTime = !timePointer.isEmpty() || !timeColumn.isEmpty();
        Place time = hasTime ? place(channel, format, timePointer, timeColumn) : null;
        String template = channel.text("template", "");
        boolean isBytes = format == Format.RAW && kind == ValueKind.BYTES;
        require(
                template.isEmpty() || template.contains(HOLE),
                "template='" + template + "' has no " + HOLE + ", where the value goes");
        require(template.isEmpty() || !isBytes, "template cannot hold raw bytes; leave one of the two out");
        return new ConfiguredField(format, conversion(channel, kind), place, time, timeForm, template);
    }

    private static void require(boolean isFine, String problem) {
        if (!isFine) {
            throw new IllegalArgumentException(problem);
        }
    }

    private static ValueKind kind(String word) {
        require(KINDS.containsKey(word), "type='" + word + "' is none of " + KINDS.keySet());
        return KINDS.getOrDefault(word, ValueKind.F64);
    }

    private static Format format(ChannelConfig channel, String pointer, String column) {
        Format implied = !pointer.isEmpty() ? Format.JSON : !column.isEmpty() ? Format.CSV : Format.RAW;
        String word = channel.text("format", implied.word());
        require(FORMATS.containsKey(word), "format='" + word + "' is none of " + FORMATS.keySet());
        Format format = FORMATS.getOrDefault(word, implied);
        require(pointer.isEmpty() || format == Format.JSON, "pointer needs format=json, not " + word);
        require(column.isEmpty() || format == Format.CSV, "column needs format=csv, not " + word);
        require(
                !column.isEmpty() || format != Format.CSV,
                "format=csv needs column: a number from 1, or a name of the header");
        return format;
    }

    private static Conversion conversion(ChannelConfig channel, ValueKind kind) {
        String on = channel.text("on", "");
        String off = channel.text("off", "");
        require(on.isEmpty() == off.isEmpty(), "on and off belong together; one of them is missing");
        require(on.isEmpty() || kind == ValueKind.BOOL, "on and off need type=bool");
        require(on.isEmpty() || !on.equals(off), "on and off are both '" + on + "'");
        String bytes = channel.text("bytes", "base64");
        require(bytes.equals("base64") || bytes.equals("hex"), "bytes='" + bytes + "' is neither base64 nor hex");
        return new Conversion(kind, on, off, bytes.equals("hex"));
    }

    private static Place place(ChannelConfig channel, Format format, String pointer, String column) {
        String separator = channel.text("separator", ",").replace("tab", "\t");
        require(
                separator.length() == 1 && !separator.equals("\""),
                "separator='" + separator + "' is neither one character nor the word tab");
        String line = channel.text("line", "1");
        int number = line.equals("last") ? 0 : channel.integer("line", 1, 1, LINE_MAX);
        require(format == Format.CSV || channel.text("line", "").isEmpty(), "line needs format=csv");
        boolean isNumbered = isNumber(column);
        require(
                !isNumbered
                        || (column.length() <= 5
                                && Integer.parseInt(column) >= 1
                                && Integer.parseInt(column) <= COLUMN_MAX),
                "column=" + column + " is not within 1 to " + COLUMN_MAX);
        return new Place(JsonPointer.parse(pointer), column, number, separator.charAt(0));
    }

    @Override
    public ValueKind kind() {
        return conversion.kind();
    }

    @Override
    public Content read(Payload payload) {
        if (!(payload instanceof ReceivedPayload received)) {
            throw new IllegalArgumentException("a payload of " + payload.getClass() + " was not made by these formats");
        }
        Content content =
                switch (format) {
                    case RAW -> raw(received);
                    case JSON -> json(received);
                    case CSV -> csv(received);
                };
        Value value = content.value();
        return value == null || time == null ? content : new Content(value, content.quality(), timeOf(received, time));
    }

    private Content raw(ReceivedPayload payload) {
        return kind() == ValueKind.BYTES
                ? Conversion.of(payload.bytes())
                : payload.text().map(conversion::of).orElse(Content.none(Quality.BAD_TYPE_MISMATCH));
    }

    private Content json(ReceivedPayload payload) {
        Optional<JsonTree> document = payload.json();
        return document.isEmpty()
                ? Content.none(Quality.BAD_TYPE_MISMATCH)
                : place.pointer()
                        .find(document.get())
                        .map(conversion::of)
                        .orElse(Content.none(Quality.BAD_NODE_ID_UNKNOWN));
    }

    private Content csv(ReceivedPayload payload) {
        Optional<CsvTable> table = payload.csv(place.separator());
        return table.isEmpty()
                ? Content.none(Quality.BAD_TYPE_MISMATCH)
                : place.find(table.get()).map(conversion::of).orElse(Content.none(Quality.BAD_NODE_ID_UNKNOWN));
    }

    /** Returns the source time; that of arrival when there is none that can be read. */
    private long timeOf(ReceivedPayload payload, Place at) {
        Optional<String> written = format == Format.CSV
                ? payload.csv(at.separator()).flatMap(at::find)
                : payload.json().flatMap(at.pointer()::find).flatMap(ConfiguredField::asText);
        return written.map(timeForm::nanos).orElse(ReadingSink.ARRIVAL);
    }

    private static Optional<String> asText(JsonTree found) {
        return found instanceof JsonTree.Text text
                ? Optional.of(text.value())
                : found instanceof JsonTree.Numeral number ? Optional.of(number.written()) : Optional.empty();
    }

    @Override
    public byte[] write(Value value) {
        if (format == Format.RAW && value instanceof Value.Bytes bytes && kind() == ValueKind.BYTES) {
            return bytes.value();
        }
        String text = format == Format.JSON ? conversion.json(value) : conversion.text(value);
        return (template.isEmpty() ? text : template.replace(HOLE, text)).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String mediaType() {
        return format == Format.JSON
                ? "application/json"
                : format == Format.RAW && kind() == ValueKind.BYTES
                        ? "application/octet-stream"
                        : "text/plain;charset=utf-8";
    }
}
