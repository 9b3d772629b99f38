/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelRegistry.DeviceStatus;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.RefusedDevice;
import io.bascule.api.channel.driver.ScanFigures;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.spi.Decoder;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.ModuleStatusSource;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * A driver as a module: ready when each of its configured devices runs or was refused. Whether devices answer is no matter of
 * readiness, because a driver cannot help that; the reason and the trial of a deployment speak of it. Safe for use by any thread.
 */
final class DriverModule implements Module {

    /** Who waits for a module asks two hundred times a second. */
    private static final long STATUS_AGE_MAX_NANOS = Duration.ofMillis(50).toNanos();
    /** Devices whose trouble is told in the reason; all are in the list of devices. */
    private static final int TROUBLES_MAX = 3;

    private final long bundleId;
    private final ModuleDescriptor descriptor;
    private final String factoryPid;
    private final DriverRuntime runtime;
    private final ChannelRegistry channels;
    private final ConfigurationAdmin configurations;
    private volatile boolean isSettled;
    private volatile Known known;

    private record Known(long nanos, ModuleStatus status) {}

    /**
     * Makes the module of a bundle.
     *
     * @param factoryPid factory PID of its devices' configurations; empty when the bundle does not say, or its devices are
     *     not run by the runtime
     */
    DriverModule(
            long bundleId,
            ModuleDescriptor descriptor,
            String factoryPid,
            DriverRuntime runtime,
            ChannelRegistry channels,
            ConfigurationAdmin configurations) {
        this.bundleId = bundleId;
        this.descriptor = descriptor;
        this.factoryPid = factoryPid;
        this.runtime = runtime;
        this.channels = channels;
        this.configurations = configurations;
        this.isSettled = factoryPid.isEmpty();
        this.known = new Known(
                System.nanoTime() - STATUS_AGE_MAX_NANOS - 1,
                ModuleStatus.of(ModuleState.STARTING, "its devices start"));
    }

    @Override
    public ModuleDescriptor descriptor() {
        return descriptor;
    }

    /** Returns the same for those who want to know also while it is not ready. */
    ModuleStatusSource source() {
        return new ModuleStatusSource() {
            @Override
            public long bundleId() {
                return bundleId;
            }

            @Override
            public Optional<ModuleDescriptor> descriptor() {
                return Optional.of(descriptor);
            }

            @Override
            public ModuleStatus status() {
                return DriverModule.this.status();
            }
        };
    }

    @Override
    public ModuleStatus status() {
        Known last = known;
        if (System.nanoTime() - last.nanos() < STATUS_AGE_MAX_NANOS) {
            return last.status();
        }
        ModuleStatus status = look();
        known = new Known(System.nanoTime(), status);
        return status;
    }

    private ModuleStatus look() {
        List<DeviceFigures> running = runtime.list().stream()
                .filter(d -> d.driver().equals(descriptor.name()))
                .toList();
        List<RefusedDevice> refused = runtime.refused().stream()
                .filter(r -> r.driver().equals(descriptor.name()))
                .toList();
        if (!isSettled) {
            Set<String> awaited = configured();
            running.forEach(d -> awaited.remove(d.pid()));
            refused.forEach(r -> awaited.remove(r.pid()));
            if (!awaited.isEmpty()) {
                return ModuleStatus.of(
                        ModuleState.STARTING,
                        "the devices of configurations " + awaited + " were not started by their driver yet");
            }
            isSettled = true;
        }
        List<DeviceStatus> devices = channels.listDevices().stream()
                .filter(d -> d.descriptor().driver().equals(descriptor.name()))
                .toList();
        long calls = running.stream()
                .flatMap(d -> d.scans().stream())
                .mapToLong(ScanFigures::scans)
                .sum();
        long faults = running.stream().mapToLong(DeviceFigures::faults).sum();
        long again = running.stream()
                .mapToLong(d -> Math.max(0, d.connections() - 1))
                .sum();
        return new ModuleStatus(
                ModuleState.READY, reason(devices, running, refused), devices.size(), calls, faults, "", again, 0, 0);
    }

    /** Returns the PIDs of the configurations of its devices. */
    private Set<String> configured() {
        Set<String> pids = new TreeSet<>();
        try {
            Configuration[] found = configurations.listConfigurations(
                    "(" + ConfigurationAdmin.SERVICE_FACTORYPID + "=" + factoryPid + ")");
            if (found != null) {
                for (Configuration each : found) {
                    pids.add(each.getPid());
                }
            }
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException("the configurations of '" + factoryPid + "' cannot be listed", e);
        }
        return pids;
    }

    private static String reason(List<DeviceStatus> devices, List<DeviceFigures> running, List<RefusedDevice> refused) {
        List<String> troubles = new ArrayList<>();
        refused.forEach(r -> troubles.add("device '" + r.device() + "' does not run: " + r.reason()));
        running.stream()
                .filter(d -> !d.problem().isEmpty())
                .forEach(d ->
                        troubles.add("device '" + d.device() + "' runs with an earlier configuration: " + d.problem()));
        devices.stream()
                .filter(d -> !d.isConnected())
                .forEach(d -> troubles.add("device '" + d.descriptor().name() + "' is not connected: " + d.reason()));
        if (troubles.isEmpty()) {
            return "";
        }
        String more = troubles.size() <= TROUBLES_MAX ? "" : "; and " + (troubles.size() - TROUBLES_MAX) + " more";
        return String.join("; ", troubles.subList(0, Math.min(troubles.size(), TROUBLES_MAX))) + more;
    }

    @Override
    public Processor newProcessor(StageContext context) throws ModuleException {
        throw notForStages(context);
    }

    @Override
    public Decoder newDecoder(StageContext context) throws ModuleException {
        throw notForStages(context);
    }

    private ModuleException notForStages(StageContext context) {
        return new ModuleException(context.owner() + ": module '" + descriptor.name()
                + "' is a driver; a flow takes the channels of its devices by a stage of type channels");
    }

    @Override
    public void selfTest() throws ModuleException {
        ModuleStatus status = look();
        if (status.state() != ModuleState.READY) {
            throw new ModuleException(descriptor.name() + "@" + descriptor.version() + ": " + status.reason());
        }
    }
}
