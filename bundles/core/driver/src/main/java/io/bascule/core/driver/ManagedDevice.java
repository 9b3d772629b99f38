/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.channel.driver.DriverRuntime;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device from its first configuration to its last.
 *
 * @param <A> the driver's addresses
 */
final class ManagedDevice<A extends Address> implements DriverRuntime.RunningDevice {

    private static final Logger LOG = LoggerFactory.getLogger(ManagedDevice.class);

    private final String pid;
    private final String driverName;
    private final DriverFactory<A> factory;
    private final ChannelRegistry channels;
    private final InstantSource clock;
    private final Consumer<ManagedDevice<?>> closed;
    /** One change at a time. Not a lock: the session is closed meanwhile, and that calls subscribers. */
    private final Semaphore turn = new Semaphore(1, true);

    private volatile boolean isClosed;
    private volatile Lane<A> lane;

    ManagedDevice(
            String pid,
            String driverName,
            Map<String, ?> properties,
            DriverFactory<A> factory,
            ChannelRegistry channels,
            InstantSource clock,
            Consumer<ManagedDevice<?>> closed) {
        this.pid = pid;
        this.driverName = driverName;
        this.factory = factory;
        this.channels = channels;
        this.clock = clock;
        this.closed = closed;
        this.lane = start(DeviceModel.of(pid, driverName, properties, factory), false);
    }

    private Lane<A> start(DeviceModel<A> model, boolean isConnected) {
        Lane<A> next = new Lane<>(model, channels, clock, isConnected);
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

    @Override
    public void reconfigure(Map<String, ?> properties) {
        turn.acquireUninterruptibly();
        try {
            if (isClosed) {
                throw new IllegalStateException("device '" + name() + "' is closed and takes no configuration");
            }
            change(DeviceModel.of(pid, driverName, properties, factory));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the configuration before stays in force: " + e.getMessage(), e);
        } finally {
            turn.release();
        }
    }

    private void change(DeviceModel<A> next) {
        Lane<A> before = lane;
        boolean isSameLine = next.driverSettings().equals(before.model().driverSettings());
        boolean isConnected = false;
        DeviceModel<A> model = next;
        if (isSameLine) {
            isConnected = before.handOver();
            model = next.takingOver(before.model());
        } else {
            before.stop();
        }
        LOG.info("device={} has another configuration, connection={}", next.device(), isConnected ? "kept" : "new");
        try {
            lane = start(model, isConnected);
        } catch (IllegalArgumentException | IllegalStateException e) {
            // Another device has one of the names. Ours was fine before.
            lane = start(before.model(), isConnected);
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    @Override
    public DeviceFigures figures() {
        return lane.figures();
    }

    String exportChannels() {
        return ChannelCsv.print(
                lane.model().channels().stream().map(ConfiguredChannel::written).toList());
    }

    @Override
    public void close() {
        turn.acquireUninterruptibly();
        try {
            if (!isClosed) {
                isClosed = true;
                lane.stop();
                closed.accept(this);
            }
        } finally {
            turn.release();
        }
    }
}
