/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.RefusedDevice;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.wasm.extender.wrap.ModuleBundle;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * What the devices of a driver add to its status, from one start of the module to the next: it is ready when each configured device
 * runs or was refused, and its reason names those in trouble. Safe for use by any thread.
 */
final class DriverDevices {

    /** Who waits for a module asks two hundred times a second. */
    private static final long STATUS_AGE_MAX_NANOS = Duration.ofMillis(50).toNanos();
    /** Devices whose trouble is told in the reason; all are in the list of devices. */
    private static final int TROUBLES_MAX = 3;

    private final String module;
    private final DriverRuntime runtime;
    private final ConfigurationAdmin configurations;
    private volatile boolean isSettled;
    private volatile @Nullable Known known;

    private record Known(long nanos, ModuleState state, String reason) {}

    /** Begins anew. */
    DriverDevices(String module, DriverRuntime runtime, ConfigurationAdmin configurations) {
        this.module = module;
        this.runtime = runtime;
        this.configurations = configurations;
    }

    /** Returns the status of a module that is ready by itself, with what its devices say. */
    ModuleStatus with(ModuleStatus own) {
        Known last = known;
        if (last == null || System.nanoTime() - last.nanos() > STATUS_AGE_MAX_NANOS) {
            last = look();
            known = last;
        }
        String reason = own.reason().isEmpty() || last.reason().isEmpty()
                ? own.reason() + last.reason()
                : own.reason() + "; " + last.reason();
        return own.with(last.state(), reason);
    }

    private Known look() {
        List<DeviceFigures> running =
                runtime.list().stream().filter(d -> d.driver().equals(module)).toList();
        List<RefusedDevice> refused = runtime.refused().stream()
                .filter(r -> r.driver().equals(module))
                .toList();
        if (!isSettled) {
            Set<String> awaited = configured();
            running.forEach(d -> awaited.remove(d.pid()));
            refused.forEach(r -> awaited.remove(r.pid()));
            if (!awaited.isEmpty()) {
                return new Known(
                        System.nanoTime(),
                        ModuleState.STARTING,
                        "the devices of configurations " + awaited + " were not started yet");
            }
            isSettled = true;
        }
        return new Known(System.nanoTime(), ModuleState.READY, troubles(running, refused));
    }

    /** Returns the PIDs of the configurations of its devices. */
    private Set<String> configured() {
        Set<String> pids = new TreeSet<>();
        String filter = "(&(" + ConfigurationAdmin.SERVICE_FACTORYPID + "=" + ModuleBundle.DEVICES_PID + ")("
                + ModuleBundle.DEVICES_KEY_MODULE + "=" + module + "))";
        try {
            Configuration[] found = configurations.listConfigurations(filter);
            if (found != null) {
                for (Configuration each : found) {
                    pids.add(each.getPid());
                }
            }
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException("the configurations that match " + filter + " cannot be listed", e);
        }
        return pids;
    }

    private static String troubles(List<DeviceFigures> running, List<RefusedDevice> refused) {
        List<String> troubles = new ArrayList<>();
        refused.forEach(r -> troubles.add("device '" + r.device() + "' does not run: " + r.reason()));
        for (DeviceFigures each : running) {
            if (!each.problem().isEmpty()) {
                troubles.add("device '" + each.device() + "' runs with an earlier configuration: " + each.problem());
            }
            if (each.state() != ConnectionState.CONNECTED && !each.reason().isEmpty()) {
                troubles.add("device '" + each.device() + "' is not connected: " + each.reason());
            }
        }
        String more = troubles.size() <= TROUBLES_MAX ? "" : "; and " + (troubles.size() - TROUBLES_MAX) + " more";
        return String.join("; ", troubles.subList(0, Math.min(troubles.size(), TROUBLES_MAX))) + more;
    }
}
