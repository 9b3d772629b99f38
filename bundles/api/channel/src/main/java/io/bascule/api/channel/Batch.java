/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Readings in one frame, in the layout of {@link RecordLayout}: fixed records and a tail for text and bytes. Read it by
 * index; nothing is allocated. Immutable, so it can be handed to any number of stages and threads.
 */
public final class Batch {

    /** Most readings in a batch: bounds what one call of a module can be asked to do. */
    public static final int SIZE_MAX = 65_536;

    /** Most bytes of text and byte values in a batch. */
    public static final int TAIL_BYTES_MAX = 16 * 1024 * 1024;

    /** The batch without readings. */
    public static final Batch EMPTY = new Batch(new byte[0], 0, new byte[0], true);

    private final byte[] records;
    private final int size;
    private final byte[] tail;
    private final boolean fixedOnly;

    private Batch(byte[] records, int size, byte[] tail, boolean fixedOnly) {
        this.records = records;
        this.size = size;
        this.tail = tail;
        this.fixedOnly = fixedOnly;
    }

    /** Starts a batch of about {@code sizeExpected} readings; it grows when more come. */
    public static Builder builder(int sizeExpected) {
        return new Builder(sizeExpected);
    }

    /** Returns a batch of the given readings. */
    public static Batch of(Reading... readings) {
        Builder builder = builder(readings.length);
        for (Reading reading : readings) {
            builder.add(reading);
        }
        return builder.build();
    }

    /**
     * Copies {@code count} records without a tail, as a guest hands them over, and checks each.
     *
     * @throws IllegalArgumentException when a record has a kind other than f64, i64 or bool; the message says which
     */
    public static Batch ofRecords(byte[] source, int offset, int count) {
        if (count > SIZE_MAX) {
            throw new IllegalArgumentException(count + " readings in one batch; at most " + SIZE_MAX + " are allowed");
        }
        byte[] copy = Arrays.copyOfRange(source, offset, offset + count * RecordLayout.RECORD_BYTES);
        for (int i = 0; i < count; i++) {
            int kind = copy[i * RecordLayout.RECORD_BYTES + RecordLayout.KIND];
            if (kind < ValueKind.F64.code() || kind > ValueKind.BOOL.code()) {
                throw new IllegalArgumentException(
                        "reading " + i + " has kind " + kind + "; expected 1 (f64), 2 (i64) or 3 (bool)");
            }
        }
        return count == 0 ? EMPTY : new Batch(copy, count, EMPTY.tail, true);
    }

    /** Returns the number of readings, 0 to {@link #SIZE_MAX}. */
    public int size() {
        return size;
    }

    /** Returns whether there are no readings. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** Returns whether every value fits its record, so that the batch can cross into a guest as it is. */
    public boolean isFixedOnly() {
        return fixedOnly;
    }

    /** Returns the channel handle of reading {@code i}. */
    public int channel(int i) {
        return RecordLayout.getI32(records, at(i) + RecordLayout.CHANNEL);
    }

    /** Returns the type of reading {@code i}. */
    public ValueKind kind(int i) {
        return ValueKind.ofCode(records[at(i) + RecordLayout.KIND]);
    }

    /** Returns the quality of reading {@code i}. */
    public Quality quality(int i) {
        int at = at(i);
        return Quality.ofRecord(
                Byte.toUnsignedInt(records[at + RecordLayout.QUALITY]),
                RecordLayout.getU16(records, at + RecordLayout.REASON));
    }

    /** Returns whether the quality of reading {@code i} is good. */
    public boolean isGood(int i) {
        return Byte.toUnsignedInt(records[at(i) + RecordLayout.QUALITY]) < 64;
    }

    /** Returns the source time of reading {@code i}, nanoseconds since 1970-01-01T00:00:00Z. */
    public long timeNanos(int i) {
        return RecordLayout.getI64(records, at(i) + RecordLayout.TIME);
    }

    /** Returns the 8 value bytes of reading {@code i} as they are. */
    public long valueBits(int i) {
        return RecordLayout.getI64(records, at(i) + RecordLayout.VALUE);
    }

    /**
     * Returns reading {@code i} as a double: an f64 as it is, an i64 converted, a bool as 0 or 1, text and bytes as NaN.
     */
    public double asDouble(int i) {
        long bits = valueBits(i);
        return switch (kind(i)) {
            case F64, BOOL -> Double.longBitsToDouble(bits);
            case I64 -> (double) bits;
            case TEXT, BYTES -> Double.NaN;
        };
    }

    /** Returns the value of reading {@code i} as an object. */
    public Value value(int i) {
        long bits = valueBits(i);
        return switch (kind(i)) {
            case F64 -> new Value.F64(Double.longBitsToDouble(bits));
            case I64 -> new Value.I64(bits);
            case BOOL -> new Value.Bool(Double.longBitsToDouble(bits) != 0);
            case TEXT -> new Value.Text(new String(tail, (int) bits, (int) (bits >>> 32), StandardCharsets.UTF_8));
            case BYTES -> new Value.Bytes(Arrays.copyOfRange(tail, (int) bits, (int) bits + (int) (bits >>> 32)));
        };
    }

    /** Returns reading {@code i} as an object. */
    public Reading reading(int i) {
        return new Reading(channel(i), value(i), quality(i), timeNanos(i));
    }

    /** Returns all readings as objects, made when asked for; an unmodifiable view. */
    public List<Reading> readings() {
        return new AbstractList<>() {
            @Override
            public Reading get(int index) {
                return reading(index);
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    /**
     * Copies records as they are: the whole cost of crossing into a guest.
     *
     * @throws IllegalStateException when the batch is not {@link #isFixedOnly()}
     */
    public void copyRecords(int from, int count, byte[] target, int targetOffset) {
        if (!fixedOnly) {
            throw new IllegalStateException("the batch holds text or bytes; they cross into a guest as messages");
        }
        Objects.checkFromIndexSize(from, count, size);
        System.arraycopy(
                records, from * RecordLayout.RECORD_BYTES, target, targetOffset, count * RecordLayout.RECORD_BYTES);
    }

    /** Returns the readings {@code from} to {@code from + count - 1} as a batch of their own. */
    public Batch slice(int from, int count) {
        Objects.checkFromIndexSize(from, count, size);
        if (count == size) {
            return this;
        }
        int start = from * RecordLayout.RECORD_BYTES;
        byte[] copy = Arrays.copyOfRange(records, start, start + count * RecordLayout.RECORD_BYTES);
        return count == 0 ? EMPTY : new Batch(copy, count, tail, fixedOnly);
    }

    private int at(int i) {
        return Objects.checkIndex(i, size) * RecordLayout.RECORD_BYTES;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Batch that && readings().equals(that.readings());
    }

    @Override
    public int hashCode() {
        return readings().hashCode();
    }

    @Override
    public String toString() {
        return "Batch" + readings();
    }

    /** Builds one batch. Not safe for use by more than one thread; {@link #build()} may be called once. */
    public static final class Builder {
        private byte[] records;
        private int size;
        private byte[] tail = EMPTY.tail;
        private int tailSize;
        private boolean isBuilt;

        private Builder(int sizeExpected) {
            records = new byte[Math.max(1, Math.min(sizeExpected, SIZE_MAX)) * RecordLayout.RECORD_BYTES];
        }

        /** Returns the number of readings so far. */
        public int size() {
            return size;
        }

        /** Adds a double of good quality. */
        public Builder add(int channel, double value, long timeNanos) {
            return add(channel, ValueKind.F64.code(), 0, timeNanos, Double.doubleToRawLongBits(value));
        }

        /**
         * Adds a reading.
         *
         * @throws IllegalStateException when the batch is full
         */
        public Builder add(Reading reading) {
            long bits = bits(reading.value());
            return add(
                    reading.channel(),
                    reading.value().kind().code(),
                    reading.quality().code(),
                    reading.timeNanos(),
                    bits);
        }

        /**
         * Adds a reading whose value fits its record.
         *
         * @param bits the value: f64 bits, the i64, or for a bool the bits of 0.0 or 1.0
         * @throws IllegalArgumentException when the kind is text or bytes
         * @throws IllegalStateException when the batch is full
         */
        public Builder add(int channel, ValueKind kind, Quality quality, long timeNanos, long bits) {
            if (!kind.isFixed()) {
                throw new IllegalArgumentException("a " + kind.word() + " value does not fit a record; add a Reading");
            }
            return add(channel, kind.code(), quality.code(), timeNanos, bits);
        }

        /**
         * Adds all readings of {@code batch}.
         *
         * @throws IllegalStateException when the batch is full
         */
        public Builder addAll(Batch batch) {
            return addRange(batch, 0, batch.size);
        }

        /**
         * Adds the readings {@code from} to {@code from + count - 1} of {@code batch}.
         *
         * @throws IllegalStateException when the batch is full
         */
        public Builder addRange(Batch batch, int from, int count) {
            Objects.checkFromIndexSize(from, count, batch.size);
            if (batch.fixedOnly) {
                reserve(count);
                System.arraycopy(
                        batch.records,
                        from * RecordLayout.RECORD_BYTES,
                        records,
                        size * RecordLayout.RECORD_BYTES,
                        count * RecordLayout.RECORD_BYTES);
                size += count;
            } else {
                for (int i = from; i < from + count; i++) {
                    add(batch.reading(i));
                }
            }
            return this;
        }

        private Builder add(int channel, int kind, int quality, long timeNanos, long bits) {
            reserve(1);
            RecordLayout.put(records, size * RecordLayout.RECORD_BYTES, channel, kind, quality, timeNanos, bits);
            size++;
            return this;
        }

        private long bits(Value value) {
            if (value instanceof Value.F64 f64) {
                return Double.doubleToRawLongBits(f64.value());
            } else if (value instanceof Value.I64 i64) {
                return i64.value();
            } else if (value instanceof Value.Bool bool) {
                return Double.doubleToRawLongBits(bool.value() ? 1.0 : 0.0);
            } else if (value instanceof Value.Text text) {
                return append(text.value().getBytes(StandardCharsets.UTF_8));
            } else if (value instanceof Value.Bytes bytes) {
                return append(bytes.value());
            }
            throw new IllegalArgumentException("value of unknown type " + value);
        }

        private long append(byte[] bytes) {
            if (tailSize + bytes.length > TAIL_BYTES_MAX) {
                throw new IllegalStateException("text and bytes of one batch exceed " + TAIL_BYTES_MAX + " bytes");
            }
            if (tailSize + bytes.length > tail.length) {
                tail = Arrays.copyOf(tail, Math.max(tail.length * 2, tailSize + bytes.length));
            }
            System.arraycopy(bytes, 0, tail, tailSize, bytes.length);
            long bits = Integer.toUnsignedLong(tailSize) | (long) bytes.length << 32;
            tailSize += bytes.length;
            return bits;
        }

        private void reserve(int count) {
            if (isBuilt) {
                throw new IllegalStateException("this builder has built its batch; start another one");
            }
            if (size + count > SIZE_MAX) {
                throw new IllegalStateException("a batch holds at most " + SIZE_MAX + " readings");
            }
            int needed = (size + count) * RecordLayout.RECORD_BYTES;
            if (needed > records.length) {
                records = Arrays.copyOf(records, Math.max(needed, records.length * 2));
            }
        }

        /** Returns the batch. The builder gives its memory away and cannot be used again. */
        public Batch build() {
            reserve(0);
            isBuilt = true;
            if (size == 0) {
                return EMPTY;
            }
            boolean fixed = tailSize == 0 && allFixed();
            return new Batch(records, size, tail, fixed);
        }

        private boolean allFixed() {
            for (int i = 0; i < size; i++) {
                if (records[i * RecordLayout.RECORD_BYTES + RecordLayout.KIND] > ValueKind.BOOL.code()) {
                    return false;
                }
            }
            return true;
        }
    }
}
