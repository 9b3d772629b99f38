/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import io.bascule.api.channel.ValueKind;

/** Types of metrics, Sparkplug 3.0 section 6.4.16; those that a channel can have or a command can come in. */
final class SparkplugType {

    static final int INT8 = 1;
    static final int INT16 = 2;
    static final int INT32 = 3;
    static final int INT64 = 4;
    static final int UINT8 = 5;
    static final int UINT16 = 6;
    static final int UINT32 = 7;
    static final int UINT64 = 8;
    static final int DOUBLE = 10;
    static final int BOOLEAN = 11;
    static final int STRING = 12;
    static final int BYTES = 17;

    private SparkplugType() {}

    /** Returns the type of the metric of a channel. */
    static int of(ValueKind kind) {
        return switch (kind) {
            case F64 -> DOUBLE;
            case I64 -> INT64;
            case BOOL -> BOOLEAN;
            case TEXT -> STRING;
            case BYTES -> BYTES;
        };
    }
}
