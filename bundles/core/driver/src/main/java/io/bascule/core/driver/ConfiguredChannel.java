/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.spi.DeviceDescriptor;

/**
 * A channel whose configuration was understood.
 *
 * @param written as it was configured
 * @param address where it is at the device
 * @param point the channel as the gateway sees it: kind and access after scaling and restriction
 * @param group the scan group, or {@link DeviceModel#ON_CHANGE}
 * @param readBack whether a write is checked by reading
 * @param <A> the driver's addresses
 */
record ConfiguredChannel<A extends Address>(
        ChannelConfig written,
        A address,
        DeviceDescriptor.Point point,
        Scaling scaling,
        Filter filter,
        String group,
        boolean readBack) {

    /** Understands a channel; every option of the runtime and of the driver is asked for, so others are mistakes. */
    static <A extends Address> ConfiguredChannel<A> of(String device, ChannelConfig written, Driver<A> driver) {
        try {
            String name = Channel.requireName(device + "/" + written.name());
            Scaling scaling = Scaling.of(written);
            Filter filter = Filter.of(written);
            String unit = written.text("unit", "");
            String description = written.text("description", "");
            String group = written.text("scan", DeviceModel.DEFAULT_GROUP);
            boolean readBack = written.flag("readBack", false);
            String accessWord = written.text("access", "");
            A address = driver.address(written);
            ValueKind kind = scaled(address.kind(), scaling);
            Channel.Access access = access(accessWord, address.access());
            if (readBack && access != Channel.Access.READ_WRITE) {
                throw new IllegalArgumentException(
                        "readBack=true needs a channel that can be read and written; this one is " + word(access));
            }
            boolean isNumber = kind == ValueKind.F64 || kind == ValueKind.I64;
            if (filter.deadband() > 0 && !isNumber) {
                throw new IllegalArgumentException("deadband needs a number; the channel's type is " + kind.word());
            }
            if (!filter.isNone() && !kind.isFixed()) {
                throw new IllegalArgumentException(
                        "minInterval and maxInterval need a number or bool; the channel's type is " + kind.word());
            }
            written.requireAllKnown();
            return new ConfiguredChannel<>(
                    written,
                    address,
                    new DeviceDescriptor.Point(name, kind, access, unit, description),
                    scaling,
                    filter,
                    group,
                    readBack);
        } catch (IllegalArgumentException e) {
            String origin = written.origin().isEmpty() ? "" : written.origin() + ": ";
            throw new IllegalArgumentException(
                    origin + "channel '" + written.name() + "' at '" + written.address() + "': " + e.getMessage(), e);
        }
    }

    private static ValueKind scaled(ValueKind raw, Scaling scaling) {
        if (scaling.isNone()) {
            return raw;
        }
        if (raw != ValueKind.F64 && raw != ValueKind.I64) {
            throw new IllegalArgumentException(
                    "scale and offset need a number; values at this address are of type " + raw.word());
        }
        return ValueKind.F64;
    }

    private static Channel.Access access(String word, Channel.Access possible) {
        Channel.Access wanted =
                switch (word) {
                    case "" -> possible;
                    case "read" -> Channel.Access.READ;
                    case "write" -> Channel.Access.WRITE;
                    case "read-write" -> Channel.Access.READ_WRITE;
                    default ->
                        throw new IllegalArgumentException(
                                "access='" + word + "' is none of read, write and read-write");
                };
        if ((wanted.canRead() && !possible.canRead()) || (wanted.canWrite() && !possible.canWrite())) {
            throw new IllegalArgumentException(
                    "access=" + word(wanted) + " is not possible at this address, which allows " + word(possible));
        }
        return wanted;
    }

    private static String word(Channel.Access access) {
        return switch (access) {
            case READ -> "read";
            case WRITE -> "write";
            case READ_WRITE -> "read-write";
        };
    }
}
