/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.util.Objects;

/**
 * How the scans of a group go.
 *
 * @param group the name of the group
 * @param periodNanos the time between two scans that is wanted
 * @param channels how many channels are scanned
 * @param requestsMax how many requests a scan makes at most
 * @param scans how many there were
 * @param overruns how many of them took longer than the period
 * @param skipped how many were left out because the one before had not ended, or a flow held back
 * @param perSecond scans in a second, over the last ones; 0 before the second
 * @param jitterLastNanos how late the last scan began
 * @param jitterP99Nanos how late 99 of 100 of the last scans began at most
 * @param durationLastNanos how long the last scan took
 */
public record ScanFigures(
        String group,
        long periodNanos,
        int channels,
        int requestsMax,
        long scans,
        long overruns,
        long skipped,
        double perSecond,
        long jitterLastNanos,
        long jitterP99Nanos,
        long durationLastNanos) {

    /** Checks that nothing is missing. */
    public ScanFigures {
        Objects.requireNonNull(group, "group");
    }
}
