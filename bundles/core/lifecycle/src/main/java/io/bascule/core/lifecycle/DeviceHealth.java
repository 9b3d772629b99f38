/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelRegistry.DeviceStatus;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.RefusedDevice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.util.tracker.ServiceTracker;

/**
 * What the devices of a driver say of a change of the driver. A device belongs to the module that has the name of its driver.
 * Safe for use by any thread.
 */
final class DeviceHealth implements AutoCloseable {

    /** Devices that are named in a reason; the list of devices has all. */
    private static final int SHOWN_MAX = 5;

    private final ServiceTracker<ChannelRegistry, ChannelRegistry> registries;
    private final ServiceTracker<DriverRuntime, DriverRuntime> runtimes;

    DeviceHealth(BundleContext context) {
        registries = new ServiceTracker<>(context, ChannelRegistry.class, null);
        runtimes = new ServiceTracker<>(context, DriverRuntime.class, null);
        registries.open();
        runtimes.open();
    }

    private Stream<DeviceStatus> devices(String module) {
        ChannelRegistry registry = registries.getService();
        return registry == null
                ? Stream.empty()
                : registry.listDevices().stream()
                        .filter(d -> d.descriptor().driver().equals(module));
    }

    private List<DeviceFigures> figures(String module) {
        DriverRuntime runtime = runtimes.getService();
        return runtime == null
                ? List.of()
                : runtime.list().stream().filter(d -> d.driver().equals(module)).toList();
    }

    private List<RefusedDevice> refused(String module) {
        DriverRuntime runtime = runtimes.getService();
        return runtime == null
                ? List.of()
                : runtime.refused().stream()
                        .filter(d -> d.driver().equals(module))
                        .toList();
    }

    /** Returns the devices that answer now and are to answer after the change: all but those that it removes. */
    Set<String> expected(Target target) {
        if (target.isRemoval()) {
            return Set.of();
        }
        Set<String> names = new TreeSet<>();
        devices(target.name())
                .filter(DeviceStatus::isConnected)
                .forEach(d -> names.add(d.descriptor().name()));
        for (DeviceFigures each : figures(target.name())) {
            if (target.deviceChanges()
                    .getOrDefault(each.pid(), Optional.of(java.util.Map.of()))
                    .isEmpty()) {
                names.remove(each.device());
            }
        }
        return names;
    }

    /** Returns why a device cannot run as it should: one that answered before, or one that the deployment configures. */
    Optional<String> refusal(Target target) {
        Set<String> configured = new HashSet<>();
        target.deviceChanges().forEach((pid, wanted) -> wanted.ifPresent(w -> configured.add(pid)));
        List<String> found = new ArrayList<>();
        for (RefusedDevice each : refused(target.name())) {
            if (configured.contains(each.pid()) || target.devices.contains(each.device())) {
                found.add("device '" + each.device() + "' is refused: " + each.reason());
            }
        }
        for (DeviceFigures each : figures(target.name())) {
            if (configured.contains(each.pid()) && !each.problem().isEmpty()) {
                found.add("device '" + each.device() + "' refuses its configuration: " + each.problem());
            }
        }
        return found.isEmpty() ? Optional.empty() : Optional.of(text(found));
    }

    /** Returns which devices do not answer that answered before. */
    Optional<String> absence(Target target) {
        Set<String> missing = new TreeSet<>(target.devices);
        List<String> found = new ArrayList<>();
        devices(target.name()).forEach(d -> {
            String name = d.descriptor().name();
            if (d.isConnected()) {
                missing.remove(name);
            } else if (missing.remove(name)) {
                found.add("device '" + name + "': " + d.reason());
            }
        });
        missing.forEach(name -> found.add("device '" + name + "': its driver does not run it"));
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of("expected every device that was connected before to be connected again by the end of the"
                        + " trial, got " + text(found));
    }

    private static String text(List<String> found) {
        String more = found.size() <= SHOWN_MAX ? "" : "; and " + (found.size() - SHOWN_MAX) + " more";
        return String.join("; ", found.subList(0, Math.min(found.size(), SHOWN_MAX))) + more;
    }

    @Override
    public void close() {
        registries.close();
        runtimes.close();
    }
}
