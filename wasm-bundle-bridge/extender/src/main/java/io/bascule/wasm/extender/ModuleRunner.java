/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.World;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.ModuleStatusSource;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.MetadataException;
import io.bascule.wasm.engine.CompiledModule;
import io.bascule.wasm.engine.Limit;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.extender.run.ModuleSettings;
import io.bascule.wasm.extender.run.StatusTracker;
import io.bascule.wasm.extender.run.WasmModule;
import io.bascule.wasm.extender.wrap.ModuleBundle;
import io.bascule.wasm.extender.wrap.ModuleContent;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ManagedService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One module from the moment its bundle is seen until it is uninstalled. Events of the framework only note what is wanted;
 * the work is done as tasks, one after the other. A number that rises with each start and stop lets work that was
 * overtaken notice it.
 */
final class ModuleRunner implements ModuleStatusSource, ManagedService {

    private static final Logger LOG = LoggerFactory.getLogger(ModuleRunner.class);

    private final Bundle bundle;
    private final ExtenderParts parts;
    private final StatusTracker tracker;
    private final SerialTasks tasks;
    private final ServiceRegistration<ModuleStatusSource> statusRegistration;
    private final AtomicInteger generation = new AtomicInteger();
    private final AtomicReference<@Nullable WasmModule> running = new AtomicReference<>();
    private final AtomicReference<@Nullable ServiceRegistration<?>> registration = new AtomicReference<>();
    private final AtomicReference<@Nullable ServiceRegistration<?>> drivers = new AtomicReference<>();
    private final AtomicReference<@Nullable DriverDevices> devices = new AtomicReference<>();
    private volatile boolean isWanted;
    private volatile @Nullable ModuleContent declared;
    private volatile String declarationProblem = "";
    // Touched by tasks only.
    private Map<String, Object> properties = Map.of();
    private int startsInARow;
    private @Nullable Future<?> retry;

    ModuleRunner(Bundle bundle, ExtenderParts parts) {
        this.bundle = bundle;
        this.parts = parts;
        String label = bundle.getSymbolicName() + "@" + bundle.getVersion();
        this.tracker = new StatusTracker(label, parts.policy());
        this.tasks = new SerialTasks(label, parts.pool());
        tracker.onFaulted(() -> tasks.submit(this::closeRunning));
        readDeclaration();
        Map<String, Object> service = new HashMap<>();
        service.put(BUNDLE_ID, bundle.getBundleId());
        this.statusRegistration =
                parts.context().registerService(ModuleStatusSource.class, this, FrameworkUtil.asDictionary(service));
    }

    private void readDeclaration() {
        try {
            declared = ModuleBundle.readDeclared(bundle);
            declarationProblem = "";
        } catch (IOException | MetadataException e) {
            declared = null;
            declarationProblem = String.valueOf(e.getMessage());
            LOG.error("bundle {} declares a module that cannot be read: {}", bundle, declarationProblem);
        }
    }

    /** Takes note of the state of the bundle; called on threads of the framework. */
    void bundleChanged(boolean isUpdated) {
        if (isUpdated) {
            readDeclaration();
        }
        boolean isActive = bundle.getState() == Bundle.ACTIVE;
        if (isActive == isWanted) {
            return;
        }
        isWanted = isActive;
        int now = generation.incrementAndGet();
        if (isActive) {
            tracker.reset();
            startsInARow = 0;
            tasks.submit(() -> listenForSettings(now));
            tasks.submit(() -> start(now));
        } else {
            tracker.become(ModuleState.STOPPING, "");
            tasks.submit(this::stop);
        }
    }

    private void stop() {
        if (retry != null) {
            retry.cancel(false);
        }
        closeRunning();
        tracker.become(ModuleState.INSTALLED, "");
    }

    /** Lets go of everything at once, on the caller's thread. */
    void close() {
        isWanted = false;
        generation.incrementAndGet();
        tracker.become(ModuleState.STOPPING, "");
        closeRunning();
        try {
            statusRegistration.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("status of bundle {} was gone already", bundle);
        }
    }

    /** The service goes first, so that stages let go before their instances do. */
    private void closeRunning() {
        unregister(drivers.getAndSet(null));
        unregister(registration.getAndSet(null));
        WasmModule module = running.getAndSet(null);
        if (module != null) {
            module.close();
        }
    }

    private void unregister(@Nullable ServiceRegistration<?> service) {
        if (service != null) {
            try {
                service.unregister();
            } catch (IllegalStateException e) {
                // The framework takes away what a stopped bundle has registered.
                LOG.debug("service of bundle {} was gone already", bundle);
            }
        }
    }

    private boolean isOvertaken(int startedAs) {
        return startedAs != generation.get();
    }

    private void start(int as) {
        if (isOvertaken(as) || !tracker.become(ModuleState.STARTING, "")) {
            return;
        }
        tracker.forget(this);
        startsInARow++;
        WasmModule module = null;
        try {
            module = prepare();
            module.selfTest(module.settings());
            if (isOvertaken(as)) {
                module.close();
                return;
            }
            running.set(module);
            devices.set(devicesOf(module.descriptor()));
            // Whoever reads READY must find the service.
            register(module);
            tracker.become(ModuleState.READY, "");
            startsInARow = 0;
        } catch (WasmException.Trap e) {
            closeQuietly(module);
            retryLater(as, "self-test failed: " + e.getMessage());
        } catch (WasmException.CompileFailed e) {
            closeQuietly(module);
            if (e.isRetryable()) {
                retryLater(as, String.valueOf(e.getMessage()));
            } else {
                fail(e);
            }
        } catch (WasmException | MetadataException | ModuleException | IOException | IllegalStateException e) {
            running.set(null);
            closeQuietly(module);
            fail(e);
        }
    }

    private static void closeQuietly(@Nullable WasmModule module) {
        if (module != null) {
            module.close();
        }
    }

    private void fail(Exception cause) {
        tracker.become(ModuleState.FAULTED, String.valueOf(cause.getMessage()));
    }

    private void retryLater(int as, String why) {
        Duration rest = parts.policy().backOffAfter(startsInARow);
        boolean isForGood = tracker.faulted(this, why, rest);
        if (!isForGood) {
            retry = parts.pool().schedule(() -> tasks.submit(() -> start(as)), rest.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Verifies and compiles. Everything is read from the module's own bytes again: the bundle around it is not trusted. */
    private WasmModule prepare() throws IOException, MetadataException, WasmException, ModuleException {
        WasmEngine engine = parts.engine();
        int max = Math.toIntExact(engine.config().moduleLimits().get(Limit.MODULE_BYTES));
        byte[] wasm = ModuleBundle.readEntry(bundle, ModuleBundle.WASM_ENTRY, max);
        byte[] json = ModuleBundle.readEntry(bundle, ModuleBundle.METADATA_ENTRY, GuestContract.METADATA_BYTES_MAX * 2);
        ModuleContent content = ModuleContent.read(engine.inspect(wasm), wasm, json, bundle.getLocation());
        ModuleContent promised = declared;
        if (promised != null && !promised.digest().equals(content.digest())) {
            throw new IOException("bundle " + bundle + " declares digest " + promised.digest()
                    + " and holds a module of digest " + content.digest() + "; install it again");
        }
        String notOffered = content.binding().explainNotOffered();
        if (!notOffered.isEmpty()) {
            throw new IOException("module '" + content.metadata().name() + "' " + notOffered);
        }
        ModuleSettings settings = ModuleSettings.of(content.metadata(), properties);
        CompiledModule compiled = engine.compile(wasm, limits(engine, content));
        return new WasmModule(
                content.descriptor(),
                content.metadata(),
                compiled,
                parts.services(),
                parts.policy(),
                tracker,
                settings);
    }

    /** A module may ask for less memory than it could have. */
    private static ModuleLimits limits(WasmEngine engine, ModuleContent content) {
        ModuleLimits limits = engine.config().moduleLimits();
        int wanted = content.metadata().memoryPagesMax();
        return wanted == 0 || wanted >= limits.get(Limit.MEMORY_PAGES)
                ? limits
                : limits.with(Limit.MEMORY_PAGES, wanted);
    }

    private void register(WasmModule module) throws ModuleException {
        ModuleDescriptor descriptor = module.descriptor();
        Map<String, Object> service = about(descriptor);
        BundleContext context = bundle.getBundleContext();
        if (context == null) {
            throw new IllegalStateException("bundle " + bundle + " was stopped while its module was started");
        }
        registration.set(context.registerService(Module.class, module, FrameworkUtil.asDictionary(service)));
        if (descriptor.world() == World.DRIVER) {
            drivers.set(context.registerService(
                    DriverFactory.class, module.drivers(), FrameworkUtil.asDictionary(about(descriptor))));
        }
        LOG.info(
                "module={}@{} world={} digest={} is ready",
                descriptor.name(),
                descriptor.version(),
                descriptor.world().word(),
                descriptor.digest());
    }

    /** Made at each start: the devices are awaited anew. Without what runs devices there are none to wait for. */
    private @Nullable DriverDevices devicesOf(ModuleDescriptor descriptor) {
        DriverRuntime runtime =
                descriptor.world() == World.DRIVER ? parts.runtimes().getService() : null;
        return runtime == null ? null : new DriverDevices(descriptor.name(), runtime, parts.configurations());
    }

    private static Map<String, Object> about(ModuleDescriptor descriptor) {
        Map<String, Object> service = new HashMap<>();
        service.put(Module.NAME, descriptor.name());
        service.put(Module.VERSION, descriptor.version());
        service.put(Module.KIND, ModuleBundle.KIND_WASM);
        service.put(Module.DIGEST, descriptor.digest());
        return service;
    }

    /** Registered by the module's bundle, so that a configuration bound to its location reaches it. */
    private void listenForSettings(int as) {
        ModuleContent content = declared;
        BundleContext context = bundle.getBundleContext();
        if (content == null || context == null || isOvertaken(as)) {
            return;
        }
        properties = present(content.metadata().name());
        Map<String, Object> service = new HashMap<>();
        service.put(Constants.SERVICE_PID, content.metadata().name());
        try {
            context.registerService(ManagedService.class, this, FrameworkUtil.asDictionary(service));
        } catch (IllegalStateException e) {
            LOG.debug("bundle {} was stopped before its module was started", bundle);
        }
    }

    /** The most specific of the targeted configurations is the one in force (OSGi Compendium 104.3.3). */
    private Map<String, Object> present(String pid) {
        String ofBundle = pid + "|" + bundle.getSymbolicName();
        String ofVersion = ofBundle + "|" + bundle.getVersion();
        try {
            Configuration[] found = parts.configurations().listConfigurations(anyOf(pid, ofBundle, ofVersion));
            return found == null
                    ? Map.of()
                    : Arrays.stream(found)
                            .max(Comparator.comparingInt(c -> c.getPid().length()))
                            .map(c -> toMap(c.getProperties()))
                            .orElse(Map.of());
        } catch (IOException | InvalidSyntaxException e) {
            LOG.error("module={} its configuration cannot be read, defaults hold: {}", pid, e.toString());
            return Map.of();
        }
    }

    private static String anyOf(String... pids) {
        return Arrays.stream(pids)
                .map(pid -> "(" + Constants.SERVICE_PID + "=" + pid + ")")
                .collect(Collectors.joining("", "(|", ")"));
    }

    private static Map<String, Object> toMap(@Nullable Dictionary<String, ?> dictionary) {
        Map<String, Object> map = new HashMap<>();
        if (dictionary != null) {
            Collections.list(dictionary.keys()).forEach(k -> map.put(k, dictionary.get(k)));
        }
        return map;
    }

    @Override
    public void updated(@Nullable Dictionary<String, ?> changed) {
        Map<String, Object> next = toMap(changed);
        tasks.submit(() -> apply(next));
    }

    private void apply(Map<String, Object> next) {
        if (!isWanted || next.equals(properties)) {
            return;
        }
        properties = next;
        WasmModule module = running.get();
        if (module == null) {
            if (tracker.state() == ModuleState.FAULTED) {
                tracker.reset();
                start(generation.get());
            }
            return;
        }
        String name = module.descriptor().name();
        try {
            ModuleSettings settings = ModuleSettings.of(
                    Optional.ofNullable(declared).orElseThrow().metadata(), next);
            if (!settings.equals(module.settings())) {
                module.selfTest(settings);
                module.reconfigure(settings);
                // Its devices are made anew when the service changes.
                ServiceRegistration<?> factory = drivers.get();
                if (factory != null) {
                    factory.setProperties(FrameworkUtil.asDictionary(about(module.descriptor())));
                }
                LOG.info("module={} has a new configuration", name);
            }
            tracker.become(tracker.state(), "");
        } catch (ModuleException | WasmException e) {
            LOG.warn("module={} keeps its configuration, the new one is refused: {}", name, e.getMessage());
            tracker.become(
                    tracker.state(), "new configuration refused, the one before stays in force: " + e.getMessage());
        }
    }

    @Override
    public long bundleId() {
        return bundle.getBundleId();
    }

    @Override
    public Optional<ModuleDescriptor> descriptor() {
        WasmModule module = running.get();
        ModuleContent content = declared;
        return module != null
                ? Optional.of(module.descriptor())
                : Optional.ofNullable(content).map(ModuleContent::descriptor);
    }

    @Override
    public ModuleStatus status() {
        ModuleContent content = declared;
        if (tracker.state() == ModuleState.INSTALLED) {
            if (content == null) {
                return ModuleStatus.of(ModuleState.UNRESOLVED, declarationProblem);
            }
            String notOffered = content.binding().explainNotOffered();
            if (!notOffered.isEmpty()) {
                return ModuleStatus.of(ModuleState.UNRESOLVED, notOffered);
            }
        }
        ModuleStatus own = tracker.status();
        DriverDevices ofDriver = own.state() == ModuleState.READY ? devices.get() : null;
        return ofDriver == null ? own : ofDriver.with(own);
    }
}
