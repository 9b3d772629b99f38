/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.module.spi.Module;
import io.bascule.wasm.extender.wrap.ModuleBundle;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One device whose protocol is a WebAssembly module. It runs while the module does, with its highest version; without the module it
 * waits for it. Like with every driver, a wrong configuration makes no device.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = WasmDevice.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        name = WasmDevice.PID)
@Designate(ocd = WasmDevice.Config.class, factory = true)
public final class WasmDevice {

    /** Factory PID of the configuration. */
    public static final String PID = ModuleBundle.DEVICES_PID;

    private static final Logger LOG = LoggerFactory.getLogger(WasmDevice.class);

    /** What can be configured, besides the settings of the module. */
    @ObjectClassDefinition(
            id = PID,
            name = "Bascule WebAssembly driver",
            description = "A device whose protocol is a WebAssembly module. Settings of the module are further keys")
    @interface Config {
        /** Name of the module. */
        @AttributeDefinition(name = "Module", description = "Name of the module that speaks the device's protocol")
        String module() default "";

        /** Name of the device. */
        @AttributeDefinition(name = "Device", description = "Name of the device, unique in the gateway")
        String device() default "";

        /** Its channels. */
        @AttributeDefinition(
                name = "Channels",
                description =
                        "Channels separated by semicolons, each NAME=ADDRESS(option=value,...); what an address is"
                                + " says the module")
        String[] channels() default {};

        /** A file with more channels. */
        @AttributeDefinition(
                name = "Channels file",
                description = "CSV file with more channels: columns name, address and options")
        String channelsFile() default "";

        /** Time between scans. */
        @AttributeDefinition(
                name = "Scan period",
                description = "Time between scans. Unit: milliseconds",
                min = "1",
                max = "86400000")
        int scanPeriodMillis() default 1000;

        /** Other periods. */
        @AttributeDefinition(
                name = "Scan groups",
                description =
                        "Periods for channels with the option scan, each NAME=TIME, for example fast=100ms;slow=10s")
        String[] scanGroups() default {};

        /** Time limit of a request. */
        @AttributeDefinition(
                name = "Timeout",
                description = "Time limit of one request, and of connecting. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int timeoutMillis() default 1000;

        /** How long a channel may say nothing. */
        @AttributeDefinition(
                name = "Stale after",
                description =
                        "Without news for so long, and for two scans, a channel turns uncertain. Unit: milliseconds",
                min = "1",
                max = "86400000")
        int staleAfterMillis() default 10_000;

        /** First wait. */
        @AttributeDefinition(
                name = "Retry, shortest",
                description = "First wait before connecting again; doubles each time. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int retryMinMillis() default 1000;

        /** Longest wait. */
        @AttributeDefinition(
                name = "Retry, longest",
                description = "The wait doubles up to this. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int retryMaxMillis() default 30_000;
    }

    private final BundleContext context;
    private final DriverRuntime runtime;
    private final String module;
    private final ServiceTracker<DriverFactory<?>, DriverFactory<?>> tracker;
    private final Map<ServiceReference<DriverFactory<?>>, DriverFactory<?>> drivers = new ConcurrentHashMap<>();
    /** One change at a time. Not a lock: starting and ending a device calls others. */
    private final Semaphore turn = new Semaphore(1, true);

    private volatile boolean isOpen;
    private volatile Map<String, Object> properties;
    private @Nullable ServiceReference<DriverFactory<?>> used;
    private DriverRuntime.@Nullable RunningDevice device;

    /** Starts the device if its module is there. */
    @Activate
    public WasmDevice(BundleContext context, @Reference DriverRuntime runtime, Map<String, Object> properties) {
        this.context = context;
        this.runtime = runtime;
        this.properties = new HashMap<>(properties);
        this.module = String.valueOf(properties.getOrDefault("module", "")).strip();
        if (!module.matches("[a-z0-9][a-z0-9-]*")) {
            throw new IllegalArgumentException("configuration " + PID + " of device '" + properties.get("device")
                    + "': module is '" + module + "'; expected the name of a module of world driver");
        }
        this.tracker = new ServiceTracker<>(context, filter(context, module), new Changes());
        tracker.open();
        isOpen = true;
        // One that this version of the module refuses waits for another version, as it waits for the module.
        followAndReport(false);
        if (drivers.isEmpty()) {
            LOG.info("device={} waits for module={}", properties.get("device"), module);
        }
    }

    private static Filter filter(BundleContext context, String module) {
        try {
            return context.createFilter("(&(" + Constants.OBJECTCLASS + "=" + DriverFactory.class.getName() + ")("
                    + Module.NAME + "=" + module + "))");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("the name of a module cannot break a filter", e);
        }
    }

    /** Uses the highest version there is; {@code isChanged} starts anew also when that is the one in use. */
    private void follow(boolean isChanged) {
        turn.acquireUninterruptibly();
        try {
            ServiceReference<DriverFactory<?>> best = best();
            if (Objects.equals(best, used) && !isChanged) {
                return;
            }
            end();
            DriverFactory<?> factory = best == null ? null : drivers.get(best);
            if (factory != null) {
                device = runtime.start(PID, module, properties, factory);
                // Not before: what was refused is tried again with the next change.
                used = best;
            }
        } finally {
            turn.release();
        }
    }

    private @Nullable ServiceReference<DriverFactory<?>> best() {
        return drivers.keySet().stream()
                .max(Comparator.comparing(WasmDevice::version))
                .orElse(null);
    }

    private static Version version(ServiceReference<?> reference) {
        return Version.parseVersion(String.valueOf(reference.getProperty(Module.VERSION)));
    }

    private void end() {
        DriverRuntime.RunningDevice present = device;
        device = null;
        used = null;
        if (present != null) {
            present.close();
        }
    }

    /** Puts another configuration in force. */
    @Modified
    public void modified(Map<String, Object> changed) {
        turn.acquireUninterruptibly();
        try {
            if (!module.equals(String.valueOf(changed.get("module")).strip())) {
                throw new IllegalArgumentException("device '" + properties.get("device") + "': module is '"
                        + changed.get("module") + "' and was '" + module
                        + "'; a device keeps its module: delete its configuration and make another one");
            }
            DriverRuntime.RunningDevice present = device;
            if (present != null) {
                present.reconfigure(changed);
            }
            properties = new HashMap<>(changed);
        } finally {
            turn.release();
        }
        // It may be right now where it was wrong before.
        follow(false);
    }

    /** Ends the device, within two seconds. */
    @Deactivate
    public void deactivate() {
        isOpen = false;
        tracker.close();
        turn.acquireUninterruptibly();
        try {
            end();
        } finally {
            turn.release();
        }
    }

    /** Follows modules that come, go and are configured anew; called on their threads. */
    private final class Changes implements ServiceTrackerCustomizer<DriverFactory<?>, DriverFactory<?>> {

        @Override
        public @Nullable DriverFactory<?> addingService(ServiceReference<DriverFactory<?>> reference) {
            DriverFactory<?> factory = context.getService(reference);
            if (factory != null) {
                drivers.put(reference, factory);
                followAndReport(false);
            }
            return factory;
        }

        @Override
        public void modifiedService(ServiceReference<DriverFactory<?>> reference, DriverFactory<?> service) {
            followAndReport(reference.equals(used));
        }

        @Override
        public void removedService(ServiceReference<DriverFactory<?>> reference, DriverFactory<?> service) {
            drivers.remove(reference);
            followAndReport(false);
            context.ungetService(reference);
        }
    }

    private void followAndReport(boolean isChanged) {
        if (!isOpen) {
            return;
        }
        try {
            follow(isChanged);
        } catch (IllegalArgumentException | IllegalStateException e) {
            LOG.error("device={} of module={} is not started: {}", properties.get("device"), module, e.getMessage());
        }
    }
}
