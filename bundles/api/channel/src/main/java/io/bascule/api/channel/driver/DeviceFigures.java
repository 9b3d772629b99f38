/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.util.List;
import java.util.Objects;

/**
 * How a device that the runtime runs is doing.
 *
 * @param device its name
 * @param driver the name of its driver
 * @param pid PID of its configuration; empty when it has none in Configuration Admin
 * @param state where the connection stands
 * @param reason why it does not answer; empty while it does
 * @param problem why the configuration given last is not in force and an earlier one is; empty when it is
 * @param connections how often it was connected, since it was started or configured anew
 * @param attemptsFailed how many attempts to connect failed since it last answered
 * @param faults how often the driver failed in a way that its contract does not allow, since it was started
 * @param stale channels that have had no new value for too long
 * @param suppressed readings that were not published because they changed too little or came too soon
 * @param dropped readings that the device told by itself and that found their queue full
 * @param scans its scan groups
 */
public record DeviceFigures(
        String device,
        String driver,
        String pid,
        ConnectionState state,
        String reason,
        String problem,
        long connections,
        int attemptsFailed,
        long faults,
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
