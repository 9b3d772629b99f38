/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The protocol of one device. It knows addresses, frames and answers; it has no thread, no retry after a lost connection, no
 * schedule, no scaling and no last values: those are the runtime's.
 *
 * <p><b>Threads.</b> After construction every method is called by one thread at a time: the lane of the device. A call that
 * takes long holds up this device only. A call whose thread is interrupted ends soon, by {@link InterruptedException} or
 * {@link DriverException}; one that outlives its deadline is interrupted.
 *
 * <p><b>Errors.</b> {@link DriverException} means that the connection is of no use any more: the runtime disconnects, waits
 * and connects again, for ever. What concerns one address only is a {@link Quality} of that address, never an exception.
 *
 * <p><b>Order.</b> {@link #address} and {@link #plan} need no connection. {@link #connect} comes before reading, writing and
 * subscribing; {@link #disconnect} may come at any time, also twice or without a connection, and then {@link #connect} again.
 *
 * @param <A> where a channel is at this kind of device
 */
@ConsumerType
public interface Driver<A extends Address> {

    /**
     * Understands the address of a channel. Asks {@code channel} for every option of this protocol, so that others are found
     * out. Does no input or output.
     *
     * @throws IllegalArgumentException when it is none; says what was expected, for people
     */
    A address(ChannelConfig channel);

    /**
     * Prepares the reading of addresses that are read together, for example by merging neighbours into blocks. Called once
     * for each scan group and configuration, not for each scan; the plan may keep what it learns from the device.
     *
     * @param addresses what is to be read, not empty, each readable; the index in this list stands for the address
     * @param period the time between two reads; zero for a plan that is read when somebody asks
     */
    ReadPlan plan(List<A> addresses, Duration period);

    /**
     * Makes the connection.
     *
     * @throws DriverException when the device cannot be reached; says what was tried, for people
     * @throws InterruptedException when the thread was interrupted
     */
    void connect(Deadline deadline) throws DriverException, InterruptedException;

    /** Lets go of the connection and of all it holds: sockets, ports, threads. Waits for nothing and throws nothing. */
    void disconnect();

    /**
     * Writes raw values. What is written in one call may be written in one request.
     *
     * @param addresses where, each writable
     * @param values what, in the same order, each of its address's kind
     * @return one quality for each value in the same order; good when the device took it. Not all-or-nothing
     * @throws DriverException when the connection was lost; whether the device took anything is then unknown
     * @throws InterruptedException when the thread was interrupted
     */
    default List<Quality> write(List<A> addresses, List<Value> values, Deadline deadline)
            throws DriverException, InterruptedException {
        return addresses.stream().map(a -> Quality.BAD_NOT_WRITABLE).toList();
    }

    /** Returns whether the device can tell of new values by itself, so that {@link #subscribe} may be called. */
    default boolean canSubscribe() {
        return false;
    }

    /**
     * Asks the device to tell of new values. Called after each {@link #connect}: a subscription ends with its connection, and
     * the driver needs not to remember it.
     *
     * @param addresses what is to be told of; the index in this list stands for the address
     * @param listener hears of it, until the connection ends
     * @throws DriverException when the connection was lost
     * @throws InterruptedException when the thread was interrupted
     */
    default void subscribe(List<A> addresses, SubscriptionListener listener, Deadline deadline)
            throws DriverException, InterruptedException {
        throw new DriverException("this driver cannot subscribe; its channels are scanned");
    }
}
