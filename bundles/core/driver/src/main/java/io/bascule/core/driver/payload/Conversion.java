/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver.payload;

import com.google.gson.JsonPrimitive;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.payload.Content;
import io.bascule.api.channel.payload.PayloadFormats;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/**
 * Turns what a payload holds into values of one type, and back.
 *
 * @param kind the type
 * @param on the text for true; empty for the usual words
 * @param off the text for false; empty for the usual words
 * @param isHex whether bytes in a text are hexadecimal, not base64
 */
record Conversion(ValueKind kind, String on, String off, boolean isHex) {

    /** Whole numbers up to here have an exact double and are written without a point. */
    private static final double WHOLE_MAX = 1e15;

    private static final int DIGITS_MAX = 400;
    private static final int EXPONENT_DIGITS_MAX = 9;
    private static final Set<String> TRUE_WORDS = Set.of("true", "on", "1");
    private static final Set<String> FALSE_WORDS = Set.of("false", "off", "0");
    private static final Content MISMATCH = Content.none(Quality.BAD_TYPE_MISMATCH);
    private static final Content OUT_OF_RANGE = Content.none(Quality.BAD_OUT_OF_RANGE);

    /** Converts what stands at a place of a JSON document. */
    Content of(JsonTree found) {
        if (found instanceof JsonTree.Null) {
            return Content.none(Quality.BAD_RESOURCE_UNAVAILABLE);
        }
        if (found instanceof JsonTree.Text text) {
            return of(text.value());
        }
        if (found instanceof JsonTree.Numeral number) {
            return kind == ValueKind.BYTES ? MISMATCH : of(number.written());
        }
        if (found instanceof JsonTree.Bool bool) {
            if (kind == ValueKind.BOOL && on.isEmpty()) {
                return Content.of(new Value.Bool(bool.value()));
            }
            return kind == ValueKind.TEXT || kind == ValueKind.BOOL ? of(Boolean.toString(bool.value())) : MISMATCH;
        }
        // An object or array is no value; a pointer one step longer is what was meant.
        return MISMATCH;
    }

    /** Converts a text. */
    Content of(String text) {
        if (text.length() > PayloadFormats.VALUE_BYTES_MAX) {
            return OUT_OF_RANGE;
        }
        return switch (kind) {
            case F64 -> number(text.strip());
            case I64 -> integer(text.strip());
            case BOOL -> bool(text.strip());
            case TEXT ->
                text.getBytes(StandardCharsets.UTF_8).length > PayloadFormats.VALUE_BYTES_MAX
                        ? OUT_OF_RANGE
                        : Content.of(new Value.Text(text));
            case BYTES -> encoded(text.strip());
        };
    }

    /** Converts bytes that stand for themselves. */
    static Content of(byte[] bytes) {
        return bytes.length > PayloadFormats.VALUE_BYTES_MAX ? OUT_OF_RANGE : Content.of(new Value.Bytes(bytes));
    }

    /** Java's own parsers also take what is no number elsewhere: NaN, 0x1p3, 1d. By hand, because it is done for each message. */
    static boolean isNumber(String text) {
        if (text.length() > DIGITS_MAX) {
            return false;
        }
        int start = afterSign(text, 0);
        int end = afterDigits(text, start);
        int digits = end - start;
        if (isAt(text, end, '.')) {
            int fraction = end + 1;
            end = afterDigits(text, fraction);
            digits += end - fraction;
        }
        if (digits > 0 && (isAt(text, end, 'e') || isAt(text, end, 'E'))) {
            int exponent = afterSign(text, end + 1);
            end = afterDigits(text, exponent);
            return end == text.length() && end > exponent && end - exponent <= EXPONENT_DIGITS_MAX;
        }
        return digits > 0 && end == text.length();
    }

    private static int afterSign(String text, int at) {
        return isAt(text, at, '+') || isAt(text, at, '-') ? at + 1 : at;
    }

    private static int afterDigits(String text, int at) {
        int end = at;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private static boolean isAt(String text, int at, char expected) {
        return at < text.length() && text.charAt(at) == expected;
    }

    private static Content number(String text) {
        if (!isNumber(text)) {
            return MISMATCH;
        }
        double number = Double.parseDouble(text);
        return Double.isFinite(number) ? Content.of(new Value.F64(number)) : OUT_OF_RANGE;
    }

    private static Content integer(String text) {
        if (!isNumber(text)) {
            return MISMATCH;
        }
        BigDecimal number = new BigDecimal(text);
        if (number.signum() != 0
                && number.precision() - (long) number.scale()
                        > Long.toString(Long.MAX_VALUE).length()) {
            return OUT_OF_RANGE;
        }
        try {
            return Content.of(new Value.I64(number.longValueExact()));
        } catch (ArithmeticException e) {
            // A fraction is of another type; 2^63 and some more do not fit.
            boolean isWhole = number.stripTrailingZeros().scale() <= 0;
            return isWhole ? OUT_OF_RANGE : MISMATCH;
        }
    }

    private Content bool(String text) {
        if (!on.isEmpty()) {
            return text.equals(on)
                    ? Content.of(new Value.Bool(true))
                    : text.equals(off) ? Content.of(new Value.Bool(false)) : MISMATCH;
        }
        String word = text.toLowerCase(Locale.ROOT);
        return TRUE_WORDS.contains(word)
                ? Content.of(new Value.Bool(true))
                : FALSE_WORDS.contains(word) ? Content.of(new Value.Bool(false)) : MISMATCH;
    }

    private Content encoded(String text) {
        try {
            return of(
                    isHex ? HexFormat.of().parseHex(text) : Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return MISMATCH;
        }
    }

    /**
     * Returns the text of a value, for a device.
     *
     * @throws IllegalArgumentException when it is of another kind or not a finite number
     */
    String text(Value value) {
        if (value.kind() != kind) {
            throw new IllegalArgumentException(
                    "a value of type " + value.kind().word() + " cannot be written; expected " + kind.word());
        }
        if (value instanceof Value.F64 number) {
            return text(number.value());
        }
        if (value instanceof Value.Bool bool && !on.isEmpty()) {
            return bool.value() ? on : off;
        }
        if (value instanceof Value.Bytes bytes && !isHex) {
            return Base64.getEncoder().encodeToString(bytes.value());
        }
        return value.asText();
    }

    private static String text(double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException(number + " cannot be written; expected a finite number");
        }
        boolean isWhole = number == Math.rint(number) && Math.abs(number) < WHOLE_MAX;
        return isWhole ? Long.toString((long) number) : Double.toString(number);
    }

    /** Returns the JSON of a value; throws as {@link #text(Value)} does. */
    String json(Value value) {
        String text = text(value);
        boolean isBare = kind == ValueKind.F64 || kind == ValueKind.I64 || (kind == ValueKind.BOOL && on.isEmpty());
        return isBare ? text : new JsonPrimitive(text).toString();
    }
}
