/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.configuration;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.BundleTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the environment reach configurations that the plugin alone would miss: those handed out before the plugin was
 * there are updated with what they hold, and a PID that only the environment speaks of gets a configuration, which is
 * empty but for a mark. Values of the environment are never stored.
 */
@Component(
        service = {},
        immediate = true,
        name = "io.bascule.core.configuration.environment")
public final class EnvironmentConfigurations {

    /** Marks a configuration that exists only because the environment speaks of it. */
    static final String MARK = "bascule.configuration.source";

    private static final String MARK_VALUE = "environment";
    private static final String METATYPE_FOLDER = "OSGI-INF/metatype";
    private static final Logger LOG = LoggerFactory.getLogger(EnvironmentConfigurations.class);

    private final ConfigurationAdmin configurations;
    private final EnvironmentOverrides overrides;
    private final BundleTracker<Set<String>> bundles;

    /** Updates what is there and watches for bundles that bring PIDs. */
    @Activate
    public EnvironmentConfigurations(
            BundleContext context,
            @Reference ConfigurationAdmin configurations,
            @Reference EnvironmentConfigurationPlugin plugin) {
        this.configurations = configurations;
        this.overrides = plugin.overrides();
        update();
        this.bundles = new BundleTracker<>(context, Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE, null) {
            @Override
            public Set<String> addingBundle(Bundle bundle, @Nullable BundleEvent event) {
                Set<String> pids = singletonPids(bundle);
                pids.stream().filter(overrides::has).forEach(EnvironmentConfigurations.this::make);
                return pids;
            }
        };
        if (!overrides.pids().isEmpty()) {
            LOG.info("environment variables {}* set values of: {}", EnvironmentOverrides.PREFIX, overrides.pids());
            bundles.open();
        }
    }

    /** Stops watching. */
    @Deactivate
    void deactivate() {
        bundles.close();
    }

    /** Has every configuration that the environment speaks of handed out again, through the plugin. */
    private void update() {
        try {
            Configuration[] all = configurations.listConfigurations(null);
            for (Configuration configuration : all == null ? new Configuration[0] : all) {
                String factoryPid = configuration.getFactoryPid();
                boolean isNamed =
                        overrides.has(configuration.getPid()) || (factoryPid != null && overrides.has(factoryPid));
                Dictionary<String, Object> properties = configuration.getProperties();
                if (isNamed) {
                    configuration.update(properties);
                } else if (isOnlyMark(properties)) {
                    // Left from a start with other variables.
                    configuration.delete();
                }
            }
        } catch (IOException | InvalidSyntaxException e) {
            LOG.error("values of the environment could not be applied to configurations that were there before", e);
        }
    }

    @SuppressWarnings("JdkObsolete") // ConfigAdmin speaks in dictionaries.
    private static boolean isOnlyMark(Dictionary<String, Object> properties) {
        return properties != null
                && MARK_VALUE.equals(properties.get(MARK))
                && Collections.list(properties.keys()).stream()
                        .allMatch(k -> k.equals(MARK) || k.equals(Constants.SERVICE_PID));
    }

    private void make(String pid) {
        try {
            Configuration[] found = configurations.listConfigurations("(" + Constants.SERVICE_PID + "=" + pid + ")");
            if (found == null) {
                configurations.getConfiguration(pid, "?").update(FrameworkUtil.asDictionary(Map.of(MARK, MARK_VALUE)));
            }
        } catch (IOException | InvalidSyntaxException e) {
            LOG.error("values of the environment could not be applied to pid={}", pid, e);
        }
    }

    /** Returns the PIDs of single configurations that a bundle describes; those of factories need a name from a file. */
    private static Set<String> singletonPids(Bundle bundle) {
        Set<String> pids = new TreeSet<>();
        Enumeration<URL> files = bundle.findEntries(METATYPE_FOLDER, "*.xml", false);
        for (URL file : files == null ? List.<URL>of() : Collections.list(files)) {
            try (InputStream in = file.openStream()) {
                pids.addAll(MetatypeKeys.ofSingletons(in).keySet());
            } catch (IOException | XMLStreamException e) {
                LOG.warn("bundle={} has a metatype file that cannot be read: {}", bundle.getSymbolicName(), file, e);
            }
        }
        return pids;
    }
}
