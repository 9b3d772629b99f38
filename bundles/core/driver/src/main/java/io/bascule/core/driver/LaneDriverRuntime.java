/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.channel.driver.DriverRuntime;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs each device on a lane of its own: a thread that only its driver can hold up. */
@Component(name = "io.bascule.core.driver.runtime")
public final class LaneDriverRuntime implements DriverRuntime {

    private static final Logger LOG = LoggerFactory.getLogger(LaneDriverRuntime.class);
    private static final long WATCH_MILLIS = 100;

    private final ChannelRegistry channels;
    private final InstantSource clock;
    private final Set<ManagedDevice<?>> devices = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor watch;
    private final Future<?> watching;

    /** Starts without devices. */
    @Activate
    public LaneDriverRuntime(@Reference ChannelRegistry channels) {
        this(channels, InstantSource.system());
    }

    /** Starts with a clock for the times of arrival. */
    public LaneDriverRuntime(ChannelRegistry channels, InstantSource clock) {
        this.channels = channels;
        this.clock = clock;
        this.watch = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "io.bascule.core.driver-watch");
            thread.setDaemon(true);
            return thread;
        });
        watching = watch.scheduleWithFixedDelay(this::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void watch() {
        try {
            devices.forEach(d -> d.lane().watch());
        } catch (RuntimeException e) {
            // Without this the executor would never call again.
            LOG.error("the watch over drivers failed and goes on", e);
        }
    }

    @Override
    public <A extends Address> RunningDevice start(
            String pid, String driver, Map<String, ?> properties, DriverFactory<A> factory) {
        if (devices.size() >= DEVICES_MAX) {
            throw new IllegalStateException(DEVICES_MAX + " devices run already; at most so many are possible");
        }
        ManagedDevice<A> device =
                new ManagedDevice<>(pid, driver, properties, factory, channels, clock, devices::remove);
        devices.add(device);
        return device;
    }

    @Override
    public List<DeviceFigures> list() {
        return devices.stream()
                .map(ManagedDevice::figures)
                .sorted(Comparator.comparing(DeviceFigures::device))
                .toList();
    }

    @Override
    public String exportChannels(String device) {
        return devices.stream()
                .filter(d -> d.name().equals(device))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no driver runs a device '" + device + "'; there are "
                        + devices.stream().map(ManagedDevice::name).sorted().toList()))
                .exportChannels();
    }

    /** Ends every device that is left, each within two seconds. */
    @Deactivate
    public void close() {
        List.copyOf(devices).forEach(ManagedDevice::close);
        watching.cancel(true);
        watch.shutdownNow();
    }
}
