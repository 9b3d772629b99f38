/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.RefusedDevice;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs each device on a lane of its own: a thread that only its driver can hold up. */
@Component(
        service = {DriverRuntime.class, LaneDriverRuntime.class},
        name = "io.bascule.core.driver.runtime")
public final class LaneDriverRuntime implements DriverRuntime {

    private static final Logger LOG = LoggerFactory.getLogger(LaneDriverRuntime.class);
    private static final long WATCH_MILLIS = 100;
    /** A lane that does not end holds up a change for some seconds; it should not hold up all others. */
    private static final int CHANGES_AT_ONCE = 4;
    /** Refusals that are remembered: as many devices as there can be. */
    private static final int REFUSED_MAX = DEVICES_MAX;

    private static final long IDLE_SECONDS = 10;

    private final ChannelRegistry channels;
    private final InstantSource clock;
    private final Set<ManagedDevice<?>> devices = ConcurrentHashMap.newKeySet();
    private final ConcurrentSkipListMap<String, RefusedDevice> refused = new ConcurrentSkipListMap<>();
    private final ScheduledThreadPoolExecutor watch;
    private final Future<?> watching;
    /** Its queue holds each device once at most. */
    private final ThreadPoolExecutor changes;

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
        this.changes = new ThreadPoolExecutor(
                CHANGES_AT_ONCE, CHANGES_AT_ONCE, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "io.bascule.core.driver-changes");
                    thread.setDaemon(true);
                    return thread;
                });
        changes.allowCoreThreadTimeOut(true);
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
        String servicePid = ManagedDevice.pidOf(properties);
        try {
            if (devices.size() >= DEVICES_MAX) {
                throw new IllegalStateException(DEVICES_MAX + " devices run already; at most so many are possible");
            }
            ManagedDevice<A> device = new ManagedDevice<>(
                    new ManagedDevice.Origin<>(pid, driver, factory),
                    properties,
                    channels,
                    clock,
                    changes,
                    devices::remove);
            devices.add(device);
            refused.remove(servicePid);
            return device;
        } catch (RuntimeException | LinkageError e) {
            refuse(servicePid, driver, properties, e);
            throw e;
        }
    }

    private void refuse(String servicePid, String driver, Map<String, ?> properties, Throwable problem) {
        if (servicePid.isEmpty()) {
            return;
        }
        Object name = properties.get("device");
        String reason = problem instanceof IllegalArgumentException || problem instanceof IllegalStateException
                ? String.valueOf(problem.getMessage())
                : "the driver failed: " + problem;
        refused.put(servicePid, new RefusedDevice(servicePid, name == null ? "" : name.toString(), driver, reason));
        while (refused.size() > REFUSED_MAX) {
            refused.pollFirstEntry();
        }
    }

    /** A configuration is gone: whether it was refused is of no interest any more. */
    void forget(String servicePid) {
        refused.remove(servicePid);
    }

    @Override
    public List<RefusedDevice> refused() {
        // Two bundles may hold a driver for a moment; what one runs is not refused because the other may not.
        Set<String> running = devices.stream().map(d -> d.figures().pid()).collect(Collectors.toSet());
        return refused.values().stream().filter(r -> !running.contains(r.pid())).toList();
    }

    @Override
    public List<DeviceFigures> list() {
        return devices.stream()
                .map(ManagedDevice::figures)
                .sorted(Comparator.comparing(DeviceFigures::device))
                .toList();
    }

    @Override
    public void check(String device, Map<String, ?> changed) {
        find(device).check(changed);
    }

    @Override
    public String exportChannels(String device) {
        return find(device).exportChannels();
    }

    private ManagedDevice<?> find(String device) {
        return devices.stream()
                .filter(d -> d.name().equals(device))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no driver runs a device '" + device + "'; there are "
                        + devices.stream().map(ManagedDevice::name).sorted().toList()));
    }

    /** Ends every device that is left, each within two seconds. */
    @Deactivate
    public void close() {
        List.copyOf(devices).forEach(ManagedDevice::close);
        changes.shutdownNow();
        watching.cancel(true);
        watch.shutdownNow();
    }
}
