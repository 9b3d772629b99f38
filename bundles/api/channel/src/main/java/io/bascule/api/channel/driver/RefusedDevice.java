/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.util.Objects;

/**
 * A device that does not run because its configuration was refused.
 *
 * @param pid PID of the configuration
 * @param device the name that it gives the device; empty when it gives none
 * @param driver the name of the driver
 * @param reason everything that is wrong with it
 */
public record RefusedDevice(String pid, String device, String driver, String reason) {
    /** Checks that nothing is missing. */
    public RefusedDevice {
        Objects.requireNonNull(pid, "pid");
        Objects.requireNonNull(reason, "reason");
    }
}
