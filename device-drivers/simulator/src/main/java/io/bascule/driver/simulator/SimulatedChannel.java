/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.spi.DeviceDescriptor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A channel of a simulated device, written {@code NAME=FUNCTION(key=value,...)}. Only a setpoint's value changes by what
 * others do: it holds what was written last. Safe for use by any thread.
 */
final class SimulatedChannel {

    /** A bool in a record is 0.0 or 1.0. */
    private static final long[] BOOL_BITS = {Double.doubleToRawLongBits(0), Double.doubleToRawLongBits(1)};

    private final String point;
    private final DeviceDescriptor.Point description;
    private final @Nullable Signal signal;
    private final double min;
    private final double max;
    /** Bits of the value last written; used by setpoints only. */
    private final AtomicLong setpoint;

    private SimulatedChannel(
            String point,
            DeviceDescriptor.Point description,
            @Nullable Signal signal,
            double min,
            double max,
            long initial) {
        this.point = point;
        this.description = description;
        this.signal = signal;
        this.min = min;
        this.max = max;
        this.setpoint = new AtomicLong(initial);
    }

    static SimulatedChannel parse(String device, String written, long seed, int stream) {
        int equals = written.indexOf('=');
        int bracket = written.indexOf('(');
        if (equals < 1 || (bracket >= 0 && bracket < equals)) {
            throw new IllegalArgumentException("'" + written
                    + "' is not written as NAME=FUNCTION(...), for example speed=sine(period=10s,min=0,max=50)");
        }
        String point = written.substring(0, equals).strip();
        String name = Channel.requireName(device + "/" + point);
        try {
            Call call = Call.parse(written.substring(equals + 1));
            String unit = call.text("unit", "");
            ValueKind kind = kind(call.text("kind", call.name().equals("counter") ? "i64" : "f64"));
            boolean isSetpoint = call.name().equals("setpoint");
            double min = isSetpoint ? call.number("min", -Double.MAX_VALUE) : 0;
            double max = isSetpoint ? call.number("max", Double.MAX_VALUE) : 0;
            double initial = isSetpoint ? call.number("initial", Math.min(Math.max(0, min), max)) : 0;
            Signal signal = isSetpoint ? null : Signal.of(call, seed, stream);
            call.done();
            if (isSetpoint && !(min <= initial && initial <= max)) {
                throw new IllegalArgumentException(
                        "initial=" + initial + " is not within min " + min + " to max " + max);
            }
            Channel.Access access = isSetpoint ? Channel.Access.READ_WRITE : Channel.Access.READ;
            return new SimulatedChannel(
                    point,
                    new DeviceDescriptor.Point(name, kind, access, unit, "simulated " + call.name()),
                    signal,
                    min,
                    max,
                    bits(kind, initial));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("channel '" + point + "': " + e.getMessage(), e);
        }
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

    DeviceDescriptor.Point description() {
        return description;
    }

    ValueKind kind() {
        return description.kind();
    }

    /** Returns the value bits of a sample; {@code spike} is added to numbers that are not setpoints. */
    long bits(long sample, double seconds, double spike) {
        Signal current = signal;
        return current == null ? setpoint.get() : bits(kind(), current.value(sample, seconds) + spike);
    }

    /** Takes a written value. */
    Quality write(Reading reading) {
        if (signal != null) {
            return Quality.BAD_NOT_WRITABLE;
        }
        Value value = reading.value();
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
