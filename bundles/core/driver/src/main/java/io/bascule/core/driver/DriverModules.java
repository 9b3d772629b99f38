/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.ModuleManager;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.World;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.ModuleStatusSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a module of every started bundle that says of itself, by the capability {@code bascule.module}, that it is a native
 * driver. Such a bundle needs no code for it: what can be said of a driver is what its devices say.
 */
@Component(service = ConfigurationListener.class, immediate = true, name = "io.bascule.core.driver.modules")
public final class DriverModules
        implements ConfigurationListener, BundleTrackerCustomizer<DriverModules.Registered>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DriverModules.class);

    /** Attribute of the capability: factory PID of the configurations of its devices. */
    static final String DEVICES = "devices";

    private final BundleContext context;
    private final LaneDriverRuntime runtime;
    private final ChannelRegistry channels;
    private final ConfigurationAdmin configurations;
    private final BundleTracker<Registered> bundles;

    /** What was registered for a bundle. */
    record Registered(List<ServiceRegistration<?>> registrations) {}

    /** Begins with the bundles that are started. */
    @Activate
    public DriverModules(
            BundleContext context,
            @Reference LaneDriverRuntime runtime,
            @Reference ChannelRegistry channels,
            @Reference ConfigurationAdmin configurations) {
        this.context = context;
        this.runtime = runtime;
        this.channels = channels;
        this.configurations = configurations;
        this.bundles = new BundleTracker<>(context, Bundle.ACTIVE, this);
        bundles.open();
    }

    /** Ends all modules; their bundles run on. */
    @Deactivate
    @Override
    public void close() {
        bundles.close();
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        if (event.getType() == ConfigurationEvent.CM_DELETED) {
            runtime.forget(event.getPid());
        }
    }

    @Override
    @SuppressWarnings("NullAway") // The tracker takes null for a bundle that it should leave alone.
    public @Nullable Registered addingBundle(Bundle bundle, @Nullable BundleEvent event) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        List<BundleCapability> declared =
                revision == null ? List.of() : revision.getDeclaredCapabilities(ModuleManager.MODULE_NAMESPACE);
        if (declared.isEmpty() || !isNativeDriver(declared.get(0).getAttributes())) {
            return null;
        }
        try {
            return register(bundle, declared.get(0).getAttributes());
        } catch (IllegalArgumentException e) {
            LOG.warn("bundle={} is a driver and no module: {}", bundle, e.getMessage());
            return null;
        }
    }

    private static boolean isNativeDriver(Map<String, Object> attributes) {
        return text(attributes, "world").equals(World.DRIVER.word())
                && text(attributes, "kind").equalsIgnoreCase(ModuleKind.NATIVE.name());
    }

    private static String text(Map<String, Object> attributes, String key) {
        Object value = attributes.get(key);
        return value == null ? "" : value.toString().strip();
    }

    private Registered register(Bundle bundle, Map<String, Object> attributes) {
        Object description = bundle.getHeaders("").get(Constants.BUNDLE_DESCRIPTION);
        ModuleDescriptor descriptor = new ModuleDescriptor(
                text(attributes, "name"),
                text(attributes, "version"),
                ModuleKind.NATIVE,
                World.DRIVER,
                "",
                description == null ? "" : description.toString(),
                Set.of(),
                "",
                1,
                0,
                UpdateStrategy.STOP_FIRST);
        DriverModule module = new DriverModule(
                bundle.getBundleId(), descriptor, text(attributes, DEVICES), runtime, channels, configurations);
        Map<String, Object> service = Map.of(
                Module.NAME, descriptor.name(),
                Module.VERSION, descriptor.version(),
                Module.KIND, ModuleKind.NATIVE.name().toLowerCase(Locale.ROOT));
        return new Registered(List.of(
                context.registerService(
                        ModuleStatusSource.class,
                        module.source(),
                        FrameworkUtil.asDictionary(Map.of(ModuleStatusSource.BUNDLE_ID, bundle.getBundleId()))),
                context.registerService(Module.class, module, FrameworkUtil.asDictionary(service))));
    }

    @Override
    public void modifiedBundle(Bundle bundle, @Nullable BundleEvent event, Registered registered) {
        // Active is the only state that is tracked.
    }

    @Override
    public void removedBundle(Bundle bundle, @Nullable BundleEvent event, Registered registered) {
        registered.registrations().forEach(ServiceRegistration::unregister);
    }
}
