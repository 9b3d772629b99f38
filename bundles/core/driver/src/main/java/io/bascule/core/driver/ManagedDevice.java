/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.channel.driver.DriverRuntime;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device from its first configuration to its last.
 *
 * @param <A> the driver's addresses
 */
final class ManagedDevice<A extends Address> implements DriverRuntime.RunningDevice {

    private static final Logger LOG = LoggerFactory.getLogger(ManagedDevice.class);

    private final Origin<A> origin;
    private final ChannelRegistry channels;
    private final InstantSource clock;
    private final Executor changes;
    private final Consumer<ManagedDevice<?>> closed;
    private final AtomicLong faults = new AtomicLong();
    /** One change at a time. Not a lock: the session is closed meanwhile, and that calls subscribers. */
    private final Semaphore turn = new Semaphore(1, true);
    /** What the device is to become; a change for it waits or is on its way. */
    private final AtomicReference<@Nullable Wish<A>> wish = new AtomicReference<>();

    private volatile boolean isClosed;
    private volatile String problem = "";
    private volatile Map<String, ?> properties;
    private volatile Lane<A> lane;

    /**
     * Where a device comes from.
     *
     * @param factoryPid the factory PID of the driver's configurations
     * @param driver the driver's name
     * @param factory makes the driver
     * @param <A> the driver's addresses
     */
    record Origin<A extends Address>(String factoryPid, String driver, DriverFactory<A> factory) {
        DeviceModel<A> model(Map<String, ?> properties) {
            return DeviceModel.of(factoryPid, driver, properties, factory);
        }
    }

    private record Wish<A extends Address>(DeviceModel<A> model, Map<String, ?> properties) {}

    ManagedDevice(
            Origin<A> origin,
            Map<String, ?> properties,
            ChannelRegistry channels,
            InstantSource clock,
            Executor changes,
            Consumer<ManagedDevice<?>> closed) {
        this.origin = origin;
        this.channels = channels;
        this.clock = clock;
        this.changes = changes;
        this.closed = closed;
        this.properties = properties;
        this.lane = start(origin.model(properties), false);
    }

    private Lane<A> start(DeviceModel<A> model, boolean isConnected) {
        Lane<A> next = new Lane<>(model, channels, clock, faults, isConnected);
        try {
            next.plan();
        } catch (RuntimeException | LinkageError e) {
            next.stop();
            throw e;
        }
        next.start();
        return next;
    }

    Lane<A> lane() {
        return lane;
    }

    String name() {
        return lane.model().device();
    }

    /** Returns the PID of a configuration, empty when it has none. */
    static String pidOf(Map<String, ?> properties) {
        Object pid = properties.get("service.pid");
        return pid == null ? "" : pid.toString();
    }

    @Override
    public void reconfigure(Map<String, ?> wanted) {
        if (isClosed) {
            throw new IllegalStateException("device '" + name() + "' is closed and takes no configuration");
        }
        DeviceModel<A> next;
        try {
            next = checked(wanted);
        } catch (IllegalArgumentException e) {
            problem = String.valueOf(e.getMessage());
            throw new IllegalArgumentException("the configuration before stays in force: " + e.getMessage(), e);
        }
        problem = "";
        if (wish.getAndSet(new Wish<>(next, wanted)) == null) {
            try {
                changes.execute(this::change);
            } catch (RejectedExecutionException e) {
                throw new IllegalStateException("device '" + name() + "' takes no configuration: the gateway stops", e);
            }
        }
    }

    /** Says whether it would take other settings. */
    void check(Map<String, ?> others) {
        Map<String, Object> all = new HashMap<>(properties);
        all.putAll(others);
        checked(all);
    }

    /** Finds out all that is wrong with a configuration as far as the device need not be asked. */
    private DeviceModel<A> checked(Map<String, ?> wanted) {
        DeviceModel<A> next = origin.model(wanted);
        boolean isTaken = !next.device().equals(name())
                && channels.listDevices().stream()
                        .anyMatch(d -> d.descriptor().name().equals(next.device()));
        if (isTaken) {
            throw new IllegalArgumentException("device: there is a device '" + next.device() + "' already");
        }
        // A plan that cannot be made is a wrong configuration; this driver is not connected, and not used yet.
        next.periods().forEach((group, period) -> {
            int[] indexes = next.readIn(group);
            if (indexes.length > 0) {
                next.driver().plan(next.addresses(indexes), period);
            }
        });
        return next;
    }

    /** Puts in force what is wished for. Called by a thread that may wait for the lane. */
    private void change() {
        turn.acquireUninterruptibly();
        try {
            Wish<A> next = wish.getAndSet(null);
            if (next != null && !isClosed) {
                change(next);
            }
        } catch (RuntimeException | LinkageError e) {
            problem = String.valueOf(e.getMessage());
            LOG.error("device={} cannot take its new configuration", name(), e);
        } finally {
            turn.release();
        }
    }

    private void change(Wish<A> next) {
        Lane<A> before = lane;
        boolean isSameLine = next.model().driverSettings().equals(before.model().driverSettings());
        boolean isConnected = false;
        DeviceModel<A> model = next.model();
        if (isSameLine) {
            isConnected = before.handOver();
            model = model.takingOver(before.model());
        } else {
            before.stop();
        }
        if (isClosed) {
            return;
        }
        LOG.info("device={} has another configuration, connection={}", model.device(), isConnected ? "kept" : "new");
        try {
            lane = start(model, isConnected);
            properties = next.properties();
        } catch (IllegalArgumentException | IllegalStateException e) {
            // Another device took one of the names meanwhile. Ours was fine before.
            lane = start(before.model(), isConnected);
            throw e;
        }
    }

    @Override
    public DeviceFigures figures() {
        return lane.figures(pidOf(properties), problem);
    }

    String exportChannels() {
        return ChannelCsv.print(
                lane.model().channels().stream().map(ConfiguredChannel::written).toList());
    }

    @Override
    public void close() {
        isClosed = true;
        // A change that is on its way waits for the lane: it ends sooner.
        lane.hurry();
        turn.acquireUninterruptibly();
        try {
            lane.stop();
            closed.accept(this);
        } finally {
            turn.release();
        }
    }
}
