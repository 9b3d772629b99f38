/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A channel of a simulated device, written {@code NAME=FUNCTION(key=value,...)}. Only a setpoint's value changes by what
 * others do: it holds what was written last. Safe for use by any thread.
 */
final class SimulatedChannel implements Address {

    /** A bool in a record is 0.0 or 1.0. */
    private static final long[] BOOL_BITS = {Double.doubleToRawLongBits(0), Double.doubleToRawLongBits(1)};

    private final String point;
    private final ValueKind kind;
    private final @Nullable Signal signal;
    private final double min;
    private final double max;
    /** Bits of the value last written; used by setpoints only. */
    private final AtomicLong setpoint;

    private SimulatedChannel(
            String point, ValueKind kind, @Nullable Signal signal, double min, double max, double initial) {
        this.point = point;
        this.kind = kind;
        this.signal = signal;
        this.min = min;
        this.max = max;
        this.setpoint = new AtomicLong(bits(kind, initial));
    }

    /** Understands a channel whose address is the name of a function. */
    static SimulatedChannel of(ChannelConfig channel, long seed, int stream) {
        boolean isCounter = channel.address().equals("counter");
        ValueKind kind = kind(channel.text("kind", isCounter ? "i64" : "f64"));
        if (!channel.address().equals("setpoint")) {
            return new SimulatedChannel(channel.name(), kind, Signal.of(channel, seed, stream), 0, 0, 0);
        }
        double min = channel.number("min", -Double.MAX_VALUE);
        double max = channel.number("max", Double.MAX_VALUE);
        double initial = channel.number("initial", Math.min(Math.max(0, min), max));
        if (!(min <= initial && initial <= max)) {
            throw new IllegalArgumentException("initial=" + initial + " is not within min " + min + " to max " + max);
        }
        return new SimulatedChannel(channel.name(), kind, null, min, max, initial);
    }

    private static ValueKind kind(String word) {
        return switch (word) {
            case "f64" -> ValueKind.F64;
            case "i64" -> ValueKind.I64;
            case "bool" -> ValueKind.BOOL;
            default -> throw new IllegalArgumentException("kind='" + word + "'; expected f64, i64 or bool");
        };
    }

    private static long bits(ValueKind kind, double value) {
        return switch (kind) {
            case I64 -> Math.round(value);
            case BOOL -> BOOL_BITS[value >= 0.5 ? 1 : 0];
            default -> Double.doubleToRawLongBits(value);
        };
    }

    /** Returns the name within the device. */
    String point() {
        return point;
    }

    @Override
    public ValueKind kind() {
        return kind;
    }

    @Override
    public Channel.Access access() {
        return signal == null ? Channel.Access.READ_WRITE : Channel.Access.READ;
    }

    /** Returns the value bits of a sample; {@code spike} is added to numbers that are not setpoints. */
    long bits(long sample, double seconds, double spike) {
        Signal current = signal;
        return current == null ? setpoint.get() : bits(kind(), current.value(sample, seconds) + spike);
    }

    /** Takes a written value. */
    Quality write(Value value) {
        if (signal != null) {
            return Quality.BAD_NOT_WRITABLE;
        }
        if (value.kind() != kind()) {
            return Quality.BAD_TYPE_MISMATCH;
        }
        double number;
        long bits;
        if (value instanceof Value.F64 f64) {
            number = f64.value();
            bits = Double.doubleToRawLongBits(number);
        } else if (value instanceof Value.I64 i64) {
            number = i64.value();
            bits = i64.value();
        } else if (value instanceof Value.Bool bool) {
            number = bool.value() ? 1 : 0;
            bits = BOOL_BITS[bool.value() ? 1 : 0];
        } else {
            return Quality.BAD_TYPE_MISMATCH;
        }
        // Written so that NaN is out of range.
        if (!(number >= min && number <= max)) {
            return Quality.BAD_OUT_OF_RANGE;
        }
        setpoint.set(bits);
        return Quality.GOOD;
    }
}
