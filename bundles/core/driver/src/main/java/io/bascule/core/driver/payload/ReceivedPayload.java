/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver.payload;

import io.bascule.api.channel.payload.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bytes, and what they were found to be when a field asked. Used by one thread at a time. */
final class ReceivedPayload implements Payload {

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final byte[] bytes;
    private boolean isDecoded;
    private @Nullable String text;
    private boolean isParsed;
    private @Nullable JsonTree json;
    private final Map<Character, CsvTable> tables = new HashMap<>();

    ReceivedPayload(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int size() {
        return bytes.length;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Returns the text; empty when it is not UTF-8. */
    Optional<String> text() {
        if (!isDecoded) {
            isDecoded = true;
            text = decode(bytes);
        }
        return Optional.ofNullable(text);
    }

    private static @Nullable String decode(byte[] bytes) {
        try {
            String decoded = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            boolean isMarked = !decoded.isEmpty() && decoded.charAt(0) == BYTE_ORDER_MARK;
            return isMarked ? decoded.substring(1) : decoded;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** Returns the document; empty when it is not JSON. */
    Optional<JsonTree> json() {
        if (!isParsed) {
            isParsed = true;
            json = text().flatMap(JsonTree::parse).orElse(null);
        }
        return Optional.ofNullable(json);
    }

    /** Returns the table; empty when the bytes are not UTF-8. */
    Optional<CsvTable> csv(char separator) {
        return text().map(t -> tables.computeIfAbsent(separator, s -> CsvTable.parse(t, s)));
    }
}
