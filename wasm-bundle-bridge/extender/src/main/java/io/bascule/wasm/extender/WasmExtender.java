/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.security.Authorizer;
import io.bascule.wasm.capabilities.CapabilityLimits;
import io.bascule.wasm.capabilities.DeviceStreams;
import io.bascule.wasm.capabilities.HostServices;
import io.bascule.wasm.capabilities.StateStore;
import io.bascule.wasm.extender.run.FaultPolicy;
import io.bascule.wasm.extender.wrap.ModuleBundle;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches the framework for bundles that hold WebAssembly modules, and runs each through a {@code ModuleRunner}. */
@Component(
        service = {},
        immediate = true,
        configurationPid = WasmExtender.PID)
@Designate(ocd = WasmExtender.Config.class)
public final class WasmExtender {

    /** PID of the extender's configuration. */
    public static final String PID = "io.bascule.wasm.extender";

    private static final Logger LOG = LoggerFactory.getLogger(WasmExtender.class);
    private static final int STATES =
            Bundle.INSTALLED | Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;
    private static final long FLUSH_SECONDS = 1;
    private static final long STOP_SECONDS = 5;

    /** What can be configured. */
    @ObjectClassDefinition(
            name = "Bascule WebAssembly modules",
            description = "How modules recover from faults, and how much of each capability they may use."
                    + " A change restarts all modules.")
    public @interface Config {

        /** Returns the number of threads. */
        @AttributeDefinition(
                name = "Start threads",
                description = "Threads that start, stop and configure modules",
                min = "1",
                max = "16")
        int startThreads() default 2;

        /** Returns the first back-off, milliseconds. */
        @AttributeDefinition(
                name = "First back-off",
                description =
                        "How long an instance rests after its first fault, in milliseconds; doubled with each that follows",
                min = "1",
                max = "3600000")
        long backOffFirstMillis() default 100;

        /** Returns the longest back-off, milliseconds. */
        @AttributeDefinition(
                name = "Longest back-off",
                description = "Longest rest after a fault, in milliseconds",
                min = "1",
                max = "3600000")
        long backOffMaxMillis() default 30_000;

        /** Returns the number of faults. */
        @AttributeDefinition(
                name = "Faults",
                description =
                        "So many faults of a module within the fault window and it is stopped until a person acts",
                min = "1",
                max = "1000")
        int faultsMax() default 5;

        /** Returns the window, seconds. */
        @AttributeDefinition(
                name = "Fault window",
                description = "The time in which faults add up, in seconds",
                min = "1",
                max = "86400")
        long faultWindowSeconds() default 60;

        /** Returns the snapshot interval, milliseconds. */
        @AttributeDefinition(
                name = "Snapshot interval",
                description =
                        "How often the state of an instance is taken for the case of a fault, in milliseconds; 0 for never",
                min = "0",
                max = "86400000")
        long snapshotIntervalMillis() default 10_000;

        /** Returns the log lines per second. */
        @AttributeDefinition(
                name = "Log lines",
                description = "Log lines that one instance may write in a second",
                min = "1",
                max = "10000")
        int logLinesPerSecond() default 50;

        /** Returns the messages per call. */
        @AttributeDefinition(
                name = "Messages of a call",
                description = "Messages that one call of a module may emit",
                min = "0",
                max = "65536")
        int messagesPerCall() default 256;

        /** Returns the message bytes per call. */
        @AttributeDefinition(
                name = "Message bytes of a call",
                description = "Bytes of all messages that one call of a module may emit",
                min = "0",
                max = "16777216")
        int messageBytesPerCall() default 1_048_576;

        /** Returns the alerts per call. */
        @AttributeDefinition(
                name = "Alerts of a call",
                description = "Alerts that one call of a module may raise",
                min = "0",
                max = "65536")
        int alertsPerCall() default 64;

        /** Returns the writes per call. */
        @AttributeDefinition(
                name = "Writes of a call",
                description = "Channel writes that one call of a module may ask for",
                min = "0",
                max = "65536")
        int writesPerCall() default 1024;

        /** Returns the open channels. */
        @AttributeDefinition(
                name = "Channels",
                description = "Channels that one instance may open",
                min = "0",
                max = "100000")
        int channelsMax() default 4096;

        /** Returns the state bytes. */
        @AttributeDefinition(
                name = "State bytes",
                description = "Bytes of keys and values that one module may keep",
                min = "0",
                max = "16777216")
        int stateBytesMax() default 65_536;

        /** Returns the state keys. */
        @AttributeDefinition(
                name = "State keys",
                description = "Keys that one module may keep",
                min = "0",
                max = "65536")
        int stateKeysMax() default 256;

        /** Returns the shortest timer period, milliseconds. */
        @AttributeDefinition(
                name = "Shortest timer period",
                description = "Timers with a shorter period are slowed down to this, in milliseconds",
                min = "1",
                max = "60000")
        int timerPeriodMillisMin() default 10;

        /** Returns the open streams. */
        @AttributeDefinition(
                name = "Streams",
                description = "Byte streams to devices that one instance of a driver may have open",
                min = "0",
                max = "64")
        int ioStreamsMax() default 4;

        /** Returns the bytes of a stream at once. */
        @AttributeDefinition(
                name = "Stream bytes",
                description = "Bytes that a driver may send or receive at once",
                min = "64",
                max = "1048576")
        int ioBytesMax() default 65_536;

        /** Returns the longest wait, milliseconds. */
        @AttributeDefinition(
                name = "Longest wait",
                description = "Longest single wait of a driver for its device, in milliseconds; the time limit of a"
                        + " device's requests mostly ends it sooner",
                min = "1",
                max = "3600000")
        int ioWaitMillisMax() default 60_000;
    }

    private final ScheduledThreadPoolExecutor pool;
    private final StateStore states;
    private final Future<?> flushing;
    private final ServiceTracker<DriverRuntime, DriverRuntime> runtimes;
    private final BundleTracker<ModuleRunner> bundles;

    /** Starts watching. */
    @Activate
    public WasmExtender(
            BundleContext context,
            Config config,
            @Reference EngineHolder engine,
            @Reference Authorizer authorizer,
            @Reference ChannelRegistry channels,
            @Reference ChannelWriter writer,
            @Reference ConfigurationAdmin configurations) {
        FaultPolicy policy = toFaultPolicy(config);
        CapabilityLimits limits = toLimits(config);
        states = new StateStore(context.getDataFile("state").toPath());
        AtomicInteger number = new AtomicInteger();
        pool = new ScheduledThreadPoolExecutor(config.startThreads(), task -> {
            Thread thread = new Thread(task, PID + "-start-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        pool.setRemoveOnCancelPolicy(true);
        flushing = pool.scheduleWithFixedDelay(states::flush, FLUSH_SECONDS, FLUSH_SECONDS, TimeUnit.SECONDS);
        HostServices services = new HostServices(
                authorizer, channels, writer, states, new DeviceStreams(), InstantSource.system(), limits);
        runtimes = new ServiceTracker<>(context, DriverRuntime.class, null);
        runtimes.open();
        ExtenderParts parts =
                new ExtenderParts(context, engine.get(), services, policy, configurations, runtimes, pool);
        bundles = new BundleTracker<>(context, STATES, new Watcher(parts));
        bundles.open();
    }

    static FaultPolicy toFaultPolicy(Config config) {
        return new FaultPolicy(
                Duration.ofMillis(config.backOffFirstMillis()),
                Duration.ofMillis(config.backOffMaxMillis()),
                config.faultsMax(),
                Duration.ofSeconds(config.faultWindowSeconds()),
                Duration.ofMillis(config.snapshotIntervalMillis()));
    }

    static CapabilityLimits toLimits(Config config) {
        return new CapabilityLimits(
                config.logLinesPerSecond(),
                config.messagesPerCall(),
                config.messageBytesPerCall(),
                config.alertsPerCall(),
                config.writesPerCall(),
                config.channelsMax(),
                config.stateBytesMax(),
                config.stateKeysMax(),
                config.timerPeriodMillisMin(),
                config.ioStreamsMax(),
                config.ioBytesMax(),
                config.ioWaitMillisMax());
    }

    /** Stops every module, then the threads, within {@value #STOP_SECONDS} seconds. */
    @Deactivate
    public void deactivate() throws InterruptedException {
        bundles.close();
        runtimes.close();
        flushing.cancel(false);
        pool.shutdownNow();
        if (!pool.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("a module is still being compiled; it is abandoned");
        }
        states.flush();
    }

    /** Called on threads of the framework, which must not wait. */
    private static final class Watcher implements BundleTrackerCustomizer<ModuleRunner> {
        private final ExtenderParts parts;

        private Watcher(ExtenderParts parts) {
            this.parts = parts;
        }

        @Override
        public @Nullable ModuleRunner addingBundle(Bundle bundle, @Nullable BundleEvent event) {
            if (!ModuleBundle.isModule(bundle)) {
                return null;
            }
            ModuleRunner runner = new ModuleRunner(bundle, parts);
            runner.bundleChanged(false);
            return runner;
        }

        @Override
        public void modifiedBundle(Bundle bundle, @Nullable BundleEvent event, ModuleRunner runner) {
            runner.bundleChanged(event != null && event.getType() == BundleEvent.UPDATED);
        }

        @Override
        public void removedBundle(Bundle bundle, @Nullable BundleEvent event, ModuleRunner runner) {
            runner.close();
        }
    }
}
