/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.device;

import io.bascule.access.shell.GatewayCommand;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelRegistry.DeviceStatus;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.RefusedDevice;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** A command that works with devices: those that the driver runtime runs, and those of drivers that do without it. */
abstract class DeviceCommand extends GatewayCommand {

    @Reference(optional = true)
    @Nullable
    ChannelRegistry registry;

    @Reference(optional = true)
    @Nullable
    DriverRuntime runtime;

    /**
     * What is known of a device.
     *
     * @param status how the channel registry sees it; null when its driver has not opened it
     * @param figures how the runtime sees it; null when the runtime does not run it
     * @param refused why it does not run; null unless its configuration was refused
     */
    record Device(
            String name,
            @Nullable DeviceStatus status,
            @Nullable DeviceFigures figures,
            @Nullable RefusedDevice refused) {

        String driver() {
            return status != null
                    ? status.descriptor().driver()
                    : figures != null ? figures.driver() : refused == null ? "" : refused.driver();
        }

        String state() {
            if (figures != null) {
                return figures.state().name().toLowerCase(Locale.ROOT).replace('_', '-');
            }
            return status == null ? "refused" : status.isConnected() ? "connected" : "disconnected";
        }

        /** Why it is not as it should be; empty when it is. */
        String reason() {
            if (refused != null) {
                return refused.reason();
            }
            if (figures != null && !figures.problem().isEmpty()) {
                return "an earlier configuration is in force: " + figures.problem();
            }
            return figures != null ? figures.reason() : status == null ? "" : status.reason();
        }
    }

    ChannelRegistry registry() throws CommandException {
        return require(registry, "channel registry", "io.bascule.core.channel");
    }

    DriverRuntime runtime() throws CommandException {
        return require(runtime, "driver runtime", "io.bascule.core.driver");
    }

    /** Returns all devices, ordered by name. */
    List<Device> devices() throws CommandException {
        TreeMap<String, Device> found = new TreeMap<>();
        for (DeviceStatus status : registry().listDevices()) {
            String name = status.descriptor().name();
            found.put(name, new Device(name, status, null, null));
        }
        if (runtime != null) {
            for (DeviceFigures figures : runtime.list()) {
                Device known = found.get(figures.device());
                found.put(
                        figures.device(),
                        new Device(figures.device(), known == null ? null : known.status(), figures, null));
            }
            for (RefusedDevice refused : runtime.refused()) {
                String name = refused.device().isEmpty() ? refused.pid() : refused.device();
                // Refused may be that there is a device of this name already.
                found.putIfAbsent(name, new Device(name, null, null, refused));
            }
        }
        return List.copyOf(found.values());
    }

    Device device(String name) throws CommandException {
        Optional<Device> found =
                devices().stream().filter(d -> d.name().equals(name)).findFirst();
        return found.orElseThrow(
                () -> failure("There is no device '" + name + "'; 'bascule:device-list' shows those that exist."));
    }

    /** Returns the file that a person means: a relative name starts at the gateway's folder. */
    static Path file(String name) {
        return Path.of(System.getProperty("karaf.base", ".")).resolve(name);
    }
}
