/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.guest;

/**
 * Readings as the contract's 24-byte records, read and written in place. An index outside {@code 0..count()-1} is refused.
 */
public final class Batch {
    /** Size of a record in bytes. */
    public static final int RECORD = 24;

    /** Kind of a reading whose value is a double. */
    public static final int F64 = 1;
    /** Kind of a reading whose value is a long. */
    public static final int I64 = 2;
    /** Kind of a reading whose value is 0.0 or 1.0. */
    public static final int BOOL = 3;

    /** Quality of a reading one can rely on. */
    public static final int GOOD = 0;
    /** Quality of a reading in doubt. */
    public static final int UNCERTAIN = 64;
    /** This quality and every higher one: do not use the value. */
    public static final int BAD = 128;

    private final Block block;
    private final int count;

    Batch(Block block, int count) {
        this.block = block;
        this.count = count;
    }

    /** An empty batch with room for so many readings, all zero. */
    public static Batch ofSize(int count) {
        return new Batch(new Block(Math.max(1, count) * RECORD), count);
    }

    /** Number of readings. */
    public int count() {
        return count;
    }

    /** Channel handle. */
    public int channel(int index) {
        return block.at(at(index)).getInt();
    }

    /** {@link #F64}, {@link #I64}, {@link #BOOL}, or a kind of a later version of the contract. */
    public int kind(int index) {
        return block.at(at(index) + 4).getByte() & 0xFF;
    }

    /** {@link #GOOD}, {@link #UNCERTAIN}, {@link #BAD} or a value between or above. */
    public int quality(int index) {
        return block.at(at(index) + 5).getByte() & 0xFF;
    }

    /** Source time in nanoseconds since 1970-01-01T00:00:00Z. */
    public long timeNanos(int index) {
        return block.at(at(index) + 8).getLong();
    }

    /** The value as a number; NaN for an unknown kind. */
    public double value(int index) {
        return switch (kind(index)) {
            case F64, BOOL -> block.at(at(index) + 16).getDouble();
            case I64 -> block.at(at(index) + 16).getLong();
            default -> Double.NaN;
        };
    }

    /** True for a finite number of a quality better than bad. */
    public boolean isUsable(int index) {
        double value = value(index);
        return quality(index) < BAD && Double.isFinite(value);
    }

    /** Sets the channel handle. */
    public void setChannel(int index, int handle) {
        block.at(at(index)).putInt(handle);
    }

    /** Sets the quality and its reason code. */
    public void setQuality(int index, int quality, int reason) {
        block.at(at(index) + 5).putByte((byte) quality);
        block.at(at(index) + 6).putShort((short) reason);
    }

    /** Sets the source time. */
    public void setTimeNanos(int index, long timeNanos) {
        block.at(at(index) + 8).putLong(timeNanos);
    }

    /** Sets the value, and the kind to {@link #F64}. */
    public void setValue(int index, double value) {
        block.at(at(index) + 4).putByte((byte) F64);
        block.at(at(index) + 16).putDouble(value);
    }

    Block block() {
        return block;
    }

    private int at(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("reading " + index + " of " + count);
        }
        return index * RECORD;
    }
}
