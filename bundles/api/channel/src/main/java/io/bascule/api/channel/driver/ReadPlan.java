/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import org.osgi.annotation.versioning.ConsumerType;

/** A prepared read of several addresses; see {@link Driver#plan}. Used by the lane of its device only. */
@ConsumerType
public interface ReadPlan {

    /**
     * Reads every address once and tells the sink: a value, or a quality that says why there is none. An address of which
     * nothing is told has nothing new; it turns stale when that lasts.
     *
     * @param deadline the driver's time limit for each request, {@link #requestsMax} times
     * @return whether more can be read at once, as from a device that buffers; then this is called again without waiting for
     *     the next scan
     * @throws DriverException when the device does not answer or the connection was lost; what the sink was told before counts
     * @throws InterruptedException when the thread was interrupted
     */
    boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException;

    /** Returns how many requests one read makes at most, at least 1: the runtime grants the time limit for each. */
    int requestsMax();
}
