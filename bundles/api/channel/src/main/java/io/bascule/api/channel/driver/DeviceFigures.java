/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.util.List;
import java.util.Objects;

/**
 * How a device that the runtime runs is doing.
 *
 * @param device its name
 * @param driver the name of its driver
 * @param state where the connection stands
 * @param reason why it does not answer; empty while it does
 * @param connections how often it was connected
 * @param attemptsFailed how many attempts to connect failed since it last answered
 * @param stale channels that have had no new value for too long
 * @param suppressed readings that were not published because they changed too little or came too soon
 * @param dropped readings that the device told by itself and that found their queue full
 * @param scans its scan groups
 */
public record DeviceFigures(
        String device,
        String driver,
        ConnectionState state,
        String reason,
        long connections,
        int attemptsFailed,
        int stale,
        long suppressed,
        long dropped,
        List<ScanFigures> scans) {

    /** Copies the list. */
    public DeviceFigures {
        Objects.requireNonNull(device, "device");
        scans = List.copyOf(scans);
    }
}
