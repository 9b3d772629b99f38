/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.spi;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Takes writes to a device. Implemented by drivers; called only by the write path, after authorisation. */
@ConsumerType
@FunctionalInterface
public interface DeviceWriter {

    /** A writer for devices that cannot be written. */
    DeviceWriter READ_ONLY =
            values -> values.stream().map(v -> Quality.BAD_NOT_WRITABLE).toList();

    /**
     * Writes values to the device. Called by one thread at a time for each device; may block for as long as the device takes,
     * within the driver's own time limit.
     *
     * @param values what to write, each to a writable channel of this device and of its kind
     * @return one quality for each value in the same order: good when the device took it; never all-or-nothing
     */
    List<Quality> write(List<Reading> values);
}
