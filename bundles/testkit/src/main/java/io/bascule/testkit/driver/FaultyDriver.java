/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit.driver;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.api.channel.driver.SubscriptionListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Any driver, with a device that can be taken away.
 *
 * @param <A> the driver's addresses
 */
public final class FaultyDriver<A extends Address> implements Driver<A> {

    /** Longest time that a hanging call is left alone. */
    private static final long HANG_SECONDS_MAX = 60;

    private final Driver<A> driver;
    private final Switch state;

    /** What the device does. */
    public enum Mode {
        /** It answers. */
        THERE,
        /** Connecting fails at once, and so does every call. */
        GONE,
        /** Calls end at their deadline. */
        SILENT,
        /** Calls do not even end at their deadline, until they are interrupted. */
        HANGING
    }

    /** Says what devices do; one for any number of drivers. */
    public static final class Switch {
        private volatile Mode mode = Mode.THERE;

        /** Starts with devices that are there. */
        public Switch() {}

        /** Sets what they do. */
        public void set(Mode next) {
            mode = next;
        }
    }

    /** Spoils {@code driver} as {@code state} says. */
    public FaultyDriver(Driver<A> driver, Switch state) {
        this.driver = driver;
        this.state = state;
    }

    private void check(Deadline deadline) throws DriverException, InterruptedException {
        switch (state.mode) {
            case THERE -> {}
            case GONE -> throw new DriverException("test: the device is gone");
            case SILENT -> {
                new CountDownLatch(1).await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                throw new DriverException("test: the device says nothing");
            }
            case HANGING -> {
                new CountDownLatch(1).await(HANG_SECONDS_MAX, TimeUnit.SECONDS);
                throw new AssertionError("a hanging call was not interrupted");
            }
        }
    }

    @Override
    public A address(ChannelConfig channel) {
        return driver.address(channel);
    }

    @Override
    public ReadPlan plan(List<A> addresses, Duration period) {
        ReadPlan plan = driver.plan(addresses, period);
        return new ReadPlan() {
            @Override
            public boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException {
                check(deadline);
                return plan.read(sink, deadline);
            }

            @Override
            public int requestsMax() {
                return plan.requestsMax();
            }
        };
    }

    @Override
    public void connect(Deadline deadline) throws DriverException, InterruptedException {
        check(deadline);
        driver.connect(deadline);
    }

    @Override
    public void disconnect() {
        driver.disconnect();
    }

    @Override
    public List<Quality> write(List<A> addresses, List<Value> values, Deadline deadline)
            throws DriverException, InterruptedException {
        check(deadline);
        return driver.write(addresses, values, deadline);
    }

    @Override
    public boolean canSubscribe() {
        return driver.canSubscribe();
    }

    @Override
    public void subscribe(List<A> addresses, SubscriptionListener listener, Deadline deadline)
            throws DriverException, InterruptedException {
        check(deadline);
        driver.subscribe(addresses, listener, deadline);
    }
}
