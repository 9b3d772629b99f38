/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import io.bascule.api.channel.Value;
import java.nio.charset.StandardCharsets;

/** The value alone, as people read it; bytes as they are. Quality, time and id are left out. */
final class RawPayload implements PayloadFormat {

    @Override
    public String word() {
        return "raw";
    }

    @Override
    public int code() {
        return 3;
    }

    @Override
    public String contentType() {
        return "";
    }

    @Override
    public boolean isSingle() {
        return true;
    }

    @Override
    public byte[] encode(Selection readings) {
        Value value = readings.batch().value(readings.index(0));
        return value instanceof Value.Bytes bytes
                ? bytes.value()
                : value.asText().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] seal(byte[] content, String id) {
        return content;
    }
}
