/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.World;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What every native module needs besides its own work: it counts calls and faults, holds outputs back until a call has
 * returned, lays configurations over each other and puts new ones in force, runs the self-test, and tells how it is doing.
 * A module extends it, makes a {@link ModuleLogic} for each stage, and calls {@link #start}, {@link #reconfigure} and
 * {@link #stop} as its bundle is started, configured and stopped. Safe for use by any thread; each instance it makes is
 * confined to one thread at a time.
 */
@ConsumerType
public abstract class NativeModule implements ModuleStatusSource {

    private final ModuleDescriptor descriptor;
    private final long bundleId;
    private final Set<NativeLane> lanes = ConcurrentHashMap.newKeySet();
    private final LongAdder calls = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private final LongAdder busyNanos = new LongAdder();
    private final Object lock = new Object();
    private volatile Settings settings = new Settings(ModuleConfig.of(Map.of()), 0);
    private volatile State state = new State(ModuleState.INSTALLED, "");
    private volatile String lastFault = "";
    // Guarded by lock.
    private @Nullable Publisher publisher;
    private @Nullable Runnable withdrawal;

    /** Registers services; the two lines of a module that need the framework. */
    @FunctionalInterface
    @ConsumerType
    public interface Publisher {
        /**
         * Registers a service by the context of the module's own bundle.
         *
         * @return what takes the service away again
         */
        Runnable publish(Module service, Map<String, Object> properties);
    }

    /** Settings and how often they have changed, so that a lane sees that it must catch up. */
    record Settings(ModuleConfig config, int version) {}

    private record State(ModuleState now, String reason) {}

    /**
     * Describes a module that is not started yet.
     *
     * @param descriptor what it says of itself
     * @param bundleId the number of its bundle
     */
    protected NativeModule(ModuleDescriptor descriptor, long bundleId) {
        if (descriptor.kind() != ModuleKind.NATIVE) {
            throw new IllegalArgumentException("module '" + descriptor.name() + "' is of kind " + descriptor.kind()
                    + "; expected " + ModuleKind.NATIVE);
        }
        this.descriptor = descriptor;
        this.bundleId = bundleId;
    }

    /**
     * Makes the logic of a stage. Every setting must be asked for here, because one that is not is refused.
     *
     * @throws ModuleException when a setting is refused
     */
    protected abstract ModuleLogic newLogic(ModuleConfig config) throws ModuleException;

    /**
     * Tests the module with known input, on logic of its own whose outputs go nowhere.
     *
     * @throws Exception when anything is not as expected; says what
     */
    protected abstract void test() throws Exception;

    /**
     * Starts: checks the settings, runs the self-test and publishes the service. Returns when the module is ready, or has
     * failed, which {@link #status()} tells; then other settings start it again.
     *
     * @param properties the module's configuration as Configuration Admin holds it, empty when there is none
     * @param publishing registers the service once the module is ready
     */
    protected final void start(Map<String, ?> properties, Publisher publishing) {
        synchronized (lock) {
            publisher = publishing;
        }
        tryToStart(ModuleConfig.of(properties));
    }

    private void tryToStart(ModuleConfig config) {
        state = new State(ModuleState.STARTING, "");
        try {
            check(config);
        } catch (ModuleException e) {
            state = new State(ModuleState.FAULTED, String.valueOf(e.getMessage()));
            return;
        }
        settings = new Settings(config, settings.version() + 1);
        publish();
    }

    /** Whoever reads READY must find the service; registering calls others, so no lock is held meanwhile. */
    private void publish() {
        Publisher publishing;
        synchronized (lock) {
            publishing = publisher;
        }
        Runnable taking = publishing == null ? null : publishing.publish(new Service(), serviceProperties());
        synchronized (lock) {
            if (publisher != null && taking != null) {
                withdrawal = taking;
                state = new State(ModuleState.READY, "");
                return;
            }
            state = new State(ModuleState.INSTALLED, "");
        }
        if (taking != null) {
            // Stopped in between.
            taking.run();
        }
    }

    private Map<String, Object> serviceProperties() {
        return Map.of(
                Module.NAME,
                descriptor.name(),
                Module.VERSION,
                descriptor.version(),
                Module.KIND,
                "native",
                Module.DIGEST,
                descriptor.digest(),
                BUNDLE_ID,
                bundleId);
    }

    /**
     * Puts other settings in force; each instance takes them over before its next call and keeps its state. When they are
     * refused, those before stay in force and {@link #status()} says why.
     *
     * @param properties the configuration as Configuration Admin holds it
     */
    protected final void reconfigure(Map<String, ?> properties) {
        ModuleConfig next = ModuleConfig.of(properties);
        if (state.now() != ModuleState.READY) {
            tryToStart(next);
            return;
        }
        if (next.equals(settings.config())) {
            return;
        }
        try {
            check(next);
            settings = new Settings(next, settings.version() + 1);
            state = new State(ModuleState.READY, "");
        } catch (ModuleException e) {
            state = new State(
                    ModuleState.READY, "new configuration refused, the one before stays in force: " + e.getMessage());
        }
    }

    /** Stops: takes the service away; instances that are left refuse to work. Stopping twice does nothing. */
    protected final void stop() {
        Runnable taking;
        synchronized (lock) {
            taking = withdrawal;
            withdrawal = null;
            publisher = null;
            state = new State(ModuleState.STOPPING, "");
        }
        if (taking != null) {
            try {
                taking.run();
            } catch (IllegalStateException e) {
                // The framework takes away what a stopped bundle has registered.
                note("the service was gone already: " + e.getMessage());
            }
        }
        state = new State(ModuleState.INSTALLED, "");
    }

    /** Makes logic with these settings, throws it away, and runs the module's own test. */
    private void check(ModuleConfig config) throws ModuleException {
        try (ModuleLogic trial = logic(config, StageContext.NO_CONFIG)) {
            trial.memoryBytes();
        }
        try {
            test();
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new ModuleException(
                    "self-test of module '" + descriptor.name() + "' failed: " + NativeLane.text(e), e);
        }
    }

    /** Makes logic for a stage's settings over the module's. */
    ModuleLogic logic(ModuleConfig config, String stageJson) throws ModuleException {
        ModuleConfig all = config.with(stageJson);
        ModuleLogic logic;
        try {
            logic = newLogic(all);
        } catch (ModuleException | RuntimeException | LinkageError e) {
            throw new ModuleException(
                    "configuration of module '" + descriptor.name() + "' is refused: " + NativeLane.text(e), e);
        }
        try {
            all.requireAllKnown();
        } catch (ModuleException e) {
            logic.close();
            throw new ModuleException(
                    "configuration of module '" + descriptor.name() + "' is refused: " + e.getMessage(), e);
        }
        return logic;
    }

    /** What stages and the lifecycle manager use. */
    private final class Service implements Module {

        @Override
        public ModuleDescriptor descriptor() {
            return descriptor;
        }

        @Override
        public ModuleStatus status() {
            return NativeModule.this.status();
        }

        @Override
        public Processor newProcessor(StageContext context) throws ModuleException {
            requireWorld(World.PROCESSOR);
            return new NativeLane(NativeModule.this, context);
        }

        @Override
        public Decoder newDecoder(StageContext context) throws ModuleException {
            requireWorld(World.DECODER);
            return new NativeLane(NativeModule.this, context);
        }

        private void requireWorld(World wanted) throws ModuleException {
            if (descriptor.world() != wanted) {
                throw new ModuleException("module '" + descriptor.name() + "' is of world "
                        + descriptor.world().word() + "; a " + wanted.word() + " is needed here");
            }
        }

        @Override
        public void selfTest() throws ModuleException {
            check(settings.config());
        }
    }

    @Override
    public final Optional<ModuleDescriptor> descriptor() {
        return Optional.of(descriptor);
    }

    @Override
    public final long bundleId() {
        return bundleId;
    }

    @Override
    public final ModuleStatus status() {
        long memory = 0;
        for (NativeLane lane : lanes) {
            memory += lane.memoryBytes();
        }
        State present = state;
        String reason = present.reason().isEmpty() ? lastFault : present.reason();
        return new ModuleStatus(
                present.now(), reason, lanes.size(), calls.sum(), faults.sum(), lastFault, 0, busyNanos.sum(), memory);
    }

    void opened(NativeLane lane) {
        lanes.add(lane);
    }

    void closed(NativeLane lane) {
        lanes.remove(lane);
    }

    String name() {
        return descriptor.name();
    }

    Settings settings() {
        return settings;
    }

    /** Also while it stops, until its service is gone: stages take no call back that fails before they know of that. */
    boolean isAtWork() {
        ModuleState now = state.now();
        return now == ModuleState.READY || now == ModuleState.STOPPING;
    }

    void called(long nanos) {
        calls.increment();
        busyNanos.add(nanos);
    }

    void faulted(String why) {
        // Who sees the count finds its reason.
        lastFault = why;
        faults.increment();
    }

    void note(String why) {
        lastFault = why;
    }
}
