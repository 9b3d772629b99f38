/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** All formats. A further one is a class and a line here. */
public final class PayloadFormats {

    /** The format when nothing else is said. */
    public static final PayloadFormat JSON = new JsonPayload();

    private static final List<PayloadFormat> ALL =
            List.of(JSON, new CborPayload(), new RawPayload(), new FramePayload(), new SparkplugPayload());

    private PayloadFormats() {}

    /** Finds a format by its word. */
    public static Optional<PayloadFormat> find(String word) {
        return ALL.stream().filter(f -> f.word().equals(word)).findFirst();
    }

    /** Finds a format by the number that an outbox holds. */
    public static Optional<PayloadFormat> find(int code) {
        return ALL.stream().filter(f -> f.code() == code).findFirst();
    }

    /** Returns all words, for error messages. */
    public static String words() {
        return ALL.stream().map(PayloadFormat::word).collect(Collectors.joining(", "));
    }
}
