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
import java.util.concurrent.ConcurrentHashMap;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.BundleTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of keys that no part of the gateway reads: a key with a typing error would otherwise leave its default in force
 * and nobody would know. Looks at the product's own PIDs that are no factories and are described by a metatype; drivers
 * check their keys themselves.
 */
@Component(service = ConfigurationListener.class, immediate = true)
public final class UnknownKeys implements ConfigurationListener {

    private static final String PRODUCT = "io.bascule.";
    private static final String METATYPE_FOLDER = "OSGI-INF/metatype";
    /** What the framework, File Install and this bundle add to configurations by themselves. */
    private static final List<String> PREFIXES = List.of("service.", "component.", "felix.", "org.apache.", ".");

    private static final Logger LOG = LoggerFactory.getLogger(UnknownKeys.class);

    private final ConfigurationAdmin configurations;
    private final Map<String, Set<String>> keysOf = new ConcurrentHashMap<>();
    private final Map<String, String> told = new ConcurrentHashMap<>();
    private final BundleTracker<Set<String>> bundles;

    /** Looks at what is configured for the bundles that are there, and watches for others. */
    @Activate
    public UnknownKeys(BundleContext context, @Reference ConfigurationAdmin configurations) {
        this.configurations = configurations;
        this.bundles = new BundleTracker<>(context, Bundle.STARTING | Bundle.ACTIVE, null) {
            @Override
            public @Nullable Set<String> addingBundle(Bundle bundle, @Nullable BundleEvent event) {
                String name = bundle.getSymbolicName();
                return name != null && name.startsWith(PRODUCT) ? add(bundle) : null;
            }

            @Override
            public void removedBundle(Bundle bundle, @Nullable BundleEvent event, Set<String> pids) {
                keysOf.keySet().removeAll(pids);
                told.keySet().removeAll(pids);
            }
        };
        bundles.open();
    }

    /** Stops watching. */
    @Deactivate
    void deactivate() {
        bundles.close();
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        if (event.getType() == ConfigurationEvent.CM_UPDATED && keysOf.containsKey(event.getPid())) {
            look(event.getPid());
        }
    }

    private Set<String> add(Bundle bundle) {
        Set<String> pids = new TreeSet<>();
        Enumeration<URL> files = bundle.findEntries(METATYPE_FOLDER, "*.xml", false);
        for (URL file : files == null ? List.<URL>of() : Collections.list(files)) {
            try (InputStream in = file.openStream()) {
                MetatypeKeys.ofSingletons(in).forEach((pid, keys) -> {
                    pids.add(pid);
                    keysOf.put(pid, keys);
                });
            } catch (IOException | XMLStreamException e) {
                LOG.warn("bundle={} has a metatype file that cannot be read: {}", bundle.getSymbolicName(), file, e);
            }
        }
        pids.forEach(this::look);
        return pids;
    }

    private void look(String pid) {
        try {
            Configuration[] found = configurations.listConfigurations("(" + Constants.SERVICE_PID + "=" + pid + ")");
            Set<String> known = keysOf.getOrDefault(pid, Set.of());
            String warning = found == null ? "" : warning(pid, found[0].getProperties(), known);
            // The same once only: File Install and the console update a configuration more often than people do.
            if (!warning.equals(told.put(pid, warning)) && !warning.isEmpty()) {
                LOG.warn("{}", warning);
            }
        } catch (IOException | InvalidSyntaxException e) {
            LOG.warn("the keys of pid={} could not be checked", pid, e);
        }
    }

    /** Returns what to tell about a configuration; empty when all its keys are known. */
    @SuppressWarnings("JdkObsolete") // ConfigAdmin speaks in dictionaries.
    static String warning(String pid, @Nullable Dictionary<String, Object> properties, Set<String> known) {
        if (properties == null) {
            return "";
        }
        Set<String> unknown = new TreeSet<>();
        for (String key : Collections.list(properties.keys())) {
            boolean isOfOthers = key.equals(EnvironmentConfigurations.MARK)
                    || PREFIXES.stream().anyMatch(key::startsWith);
            if (!isOfOthers && !known.contains(key)) {
                unknown.add(key);
            }
        }
        return unknown.isEmpty()
                ? ""
                : "configuration pid=" + pid + " has keys that nothing reads: " + unknown + "; known keys: "
                        + new TreeSet<>(known) + "; correct or remove them";
    }
}
