/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.spi.DeviceDescriptor;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A column of the file and the channel it feeds. Written {@code COLUMN=CHANNEL(unit=degC,kind=f64)}; everything after the
 * column is optional.
 *
 * @param column the column's name in the header
 * @param channel the full channel name
 * @param kind the type of its values; bytes are not supported
 * @param unit engineering unit, may be empty
 */
record ReplayColumn(String column, String channel, ValueKind kind, String unit) {

    private static final Pattern WRITTEN = Pattern.compile("([^=(;]+?)\\s*(?:=\\s*([^=(;]+?))?\\s*(?:\\(([^()]*)\\))?");
    private static final Pattern NOT_IN_A_NAME = Pattern.compile("[^A-Za-z0-9._-]+");

    /** Reads what is configured for a column of {@code device}. */
    static ReplayColumn parse(String device, String written) {
        Matcher matcher = WRITTEN.matcher(written.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "column '" + written + "' is not written as COLUMN=CHANNEL(unit=degC,kind=f64)");
        }
        String column = matcher.group(1);
        String unit = "";
        ValueKind kind = ValueKind.F64;
        String options = matcher.group(3);
        for (String option : options == null ? new String[0] : options.split(",", -1)) {
            int equals = option.indexOf('=');
            String key =
                    equals < 0 ? option.strip() : option.substring(0, equals).strip();
            String value = equals < 0 ? "" : option.substring(equals + 1).strip();
            switch (key) {
                case "unit" -> unit = value;
                case "kind" -> kind = kind(column, value);
                default ->
                    throw new IllegalArgumentException(
                            "column '" + column + "' has the option '" + key + "'; expected unit or kind");
            }
        }
        String channel = matcher.group(2) == null ? defaultChannel(column) : matcher.group(2);
        return new ReplayColumn(column, Channel.requireName(device + "/" + channel), kind, unit);
    }

    /** Returns the column as it is fed when nothing is configured: the channel is called like the column. */
    static ReplayColumn ofHeader(String device, String column) {
        return new ReplayColumn(column, Channel.requireName(device + "/" + defaultChannel(column)), ValueKind.F64, "");
    }

    private static String defaultChannel(String column) {
        return NOT_IN_A_NAME.matcher(column.strip()).replaceAll("_");
    }

    private static ValueKind kind(String column, String word) {
        return Arrays.stream(ValueKind.values())
                .filter(k -> k != ValueKind.BYTES && k.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "column '" + column + "' has kind '" + word + "'; expected f64, i64, bool or text"));
    }

    DeviceDescriptor.Point point() {
        return new DeviceDescriptor.Point(
                channel, kind, Channel.Access.READ, unit, "column " + column.replaceAll("\\p{Cntrl}", " "));
    }

    /**
     * Reads a cell.
     *
     * @throws IllegalArgumentException when it is not a value of this column; the message names column and text
     */
    Value value(String cell) {
        try {
            // Java's own number syntax allows a type suffix; a recording does not mean one.
            String lower = kind == ValueKind.F64 ? cell.strip().toLowerCase(Locale.ROOT) : "";
            if (lower.endsWith("d") || lower.endsWith("f")) {
                throw new IllegalArgumentException("'" + cell + "' is not a number");
            }
            return Value.parse(kind, cell);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("column '" + column + "': " + e.getMessage(), e);
        }
    }
}
