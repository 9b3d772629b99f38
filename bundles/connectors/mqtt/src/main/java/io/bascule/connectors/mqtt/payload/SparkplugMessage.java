/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import java.util.concurrent.TimeUnit;

/**
 * Writes the payload of a Sparkplug B message (Sparkplug 3.0 section 6.4): a time, metrics and what numbers the message. The numbers
 * of fields are those of sparkplug_b.proto. Confined to one thread.
 */
public final class SparkplugMessage {

    /** Type of {@code bdSeq}. */
    private static final int BD_SEQ_TYPE = SparkplugType.INT64;

    // Fields of the payload.
    private static final int TIMESTAMP = 1;
    private static final int METRICS = 2;
    private static final int SEQ = 3;
    private static final int UUID = 4;

    // Values of the property Quality, section 6.4.14.
    private static final int QUALITY_BAD = 0;
    private static final int QUALITY_GOOD = 192;
    private static final int QUALITY_STALE = 500;

    private static final int METRIC_BYTES = 48;

    private final ProtoOut out;

    /**
     * Begins a message.
     *
     * @param timeMillis when it is sent, milliseconds since 1970-01-01T00:00:00Z
     * @param metrics how many are expected
     */
    public SparkplugMessage(long timeMillis, int metrics) {
        out = new ProtoOut(metrics * METRIC_BYTES + METRIC_BYTES);
        out.number(TIMESTAMP, timeMillis);
    }

    /** Fields of a metric. */
    private static final class Field {
        static final int NAME = 1;
        static final int ALIAS = 2;
        static final int TIMESTAMP = 3;
        static final int DATATYPE = 4;
        static final int IS_HISTORICAL = 5;
        static final int IS_NULL = 7;
        static final int PROPERTIES = 9;
        static final int LONG = 11;
        static final int DOUBLE = 13;
        static final int BOOLEAN = 14;
        static final int STRING = 15;
        static final int BYTES = 16;

        private Field() {}
    }

    /** Fields of a set of properties and of one of its values. */
    private static final class Property {
        static final int KEYS = 1;
        static final int VALUES = 2;
        static final int TYPE = 1;
        static final int INT = 3;
        static final int STRING = 8;

        private Property() {}
    }

    /** Adds the number of the connection, with which hosts match a death to its birth. */
    public void bdSeq(int number, long timeMillis) {
        ProtoOut metric = new ProtoOut(METRIC_BYTES);
        metric.text(Field.NAME, "bdSeq");
        metric.number(Field.TIMESTAMP, timeMillis);
        metric.number(Field.DATATYPE, BD_SEQ_TYPE);
        metric.number(Field.LONG, number);
        out.bytes(METRICS, metric.toBytes());
    }

    /** Adds a metric that hosts write true to when they want something of the node. */
    public void control(String name, long timeMillis) {
        ProtoOut metric = new ProtoOut(METRIC_BYTES);
        metric.text(Field.NAME, name);
        metric.number(Field.TIMESTAMP, timeMillis);
        metric.number(Field.DATATYPE, SparkplugType.BOOLEAN);
        metric.bool(Field.BOOLEAN, false);
        out.bytes(METRICS, metric.toBytes());
    }

    /** Adds a metric of a birth: by name, with the alias that data have from now on. */
    public void birth(String name, long alias, byte[] body) {
        ProtoOut metric = new ProtoOut(body.length + name.length() + METRIC_BYTES);
        metric.text(Field.NAME, name);
        metric.number(Field.ALIAS, alias);
        metric.raw(body);
        out.bytes(METRICS, metric.toBytes());
    }

    /** Adds a reading: by alias. */
    public void data(long alias, boolean isHistorical, byte[] body) {
        ProtoOut metric = new ProtoOut(body.length + METRIC_BYTES);
        metric.number(Field.ALIAS, alias);
        if (isHistorical) {
            metric.bool(Field.IS_HISTORICAL, true);
        }
        metric.raw(body);
        out.bytes(METRICS, metric.toBytes());
    }

    /** Adds the place of the message in its session, 0 to 255. */
    public void seq(int number) {
        out.number(SEQ, number);
    }

    /** Adds the id of the message. */
    public void uuid(String id) {
        out.text(UUID, id);
    }

    /** Returns the message. */
    public byte[] toBytes() {
        return out.toBytes();
    }

    /**
     * Writes what a metric says of a reading, without its name.
     *
     * @param isBirth whether quality is said also when it is good, and the unit
     */
    public static byte[] body(Value value, Quality quality, long timeNanos, String unit, boolean isBirth) {
        ProtoOut body = new ProtoOut(METRIC_BYTES);
        body.number(Field.TIMESTAMP, TimeUnit.NANOSECONDS.toMillis(timeNanos));
        body.number(Field.DATATYPE, SparkplugType.of(value.kind()));
        if (isBirth || quality.level() != Quality.Level.GOOD) {
            body.bytes(Field.PROPERTIES, properties(quality, isBirth ? unit : ""));
        }
        value(body, value);
        return body.toBytes();
    }

    /** Writes what a metric says of a channel that has no value yet, or is not there any more. */
    public static byte[] none(ValueKind kind, long timeNanos, String unit) {
        ProtoOut body = new ProtoOut(METRIC_BYTES);
        body.number(Field.TIMESTAMP, TimeUnit.NANOSECONDS.toMillis(timeNanos));
        body.number(Field.DATATYPE, SparkplugType.of(kind));
        body.bool(Field.IS_NULL, true);
        body.bytes(Field.PROPERTIES, properties(Quality.BAD, unit));
        return body.toBytes();
    }

    private static void value(ProtoOut body, Value value) {
        if (value instanceof Value.F64 number) {
            body.number(Field.DOUBLE, number.value());
        } else if (value instanceof Value.I64 number) {
            body.number(Field.LONG, number.value());
        } else if (value instanceof Value.Bool bool) {
            body.bool(Field.BOOLEAN, bool.value());
        } else if (value instanceof Value.Text text) {
            body.text(Field.STRING, text.value());
        } else if (value instanceof Value.Bytes bytes) {
            body.bytes(Field.BYTES, bytes.value());
        } else {
            throw new IllegalStateException("no metric for a value of type " + value.kind());
        }
    }

    private static byte[] properties(Quality quality, String unit) {
        ProtoOut set = new ProtoOut(METRIC_BYTES);
        ProtoOut value = new ProtoOut(8);
        set.text(Property.KEYS, "Quality");
        value.number(Property.TYPE, SparkplugType.INT32);
        value.number(Property.INT, quality(quality));
        set.bytes(Property.VALUES, value.toBytes());
        if (!unit.isEmpty()) {
            ProtoOut word = new ProtoOut(16);
            set.text(Property.KEYS, "engUnit");
            word.number(Property.TYPE, SparkplugType.STRING);
            word.text(Property.STRING, unit);
            set.bytes(Property.VALUES, word.toBytes());
        }
        return set.toBytes();
    }

    /** Sparkplug has three words: of a value that is uncertain, the one that makes nobody rely on it. */
    private static long quality(Quality quality) {
        return switch (quality.level()) {
            case GOOD -> QUALITY_GOOD;
            case UNCERTAIN -> QUALITY_STALE;
            case BAD -> QUALITY_BAD;
        };
    }
}
