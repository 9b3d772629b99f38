/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.configuration;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationPlugin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Lays the environment over every configuration on its way to its component. The order is: defaults, then the file or
 * console, then the environment. Felix SCR from 2.1.16 on asks ConfigAdmin for processed properties, so this reaches
 * Declarative Services components as well as managed services.
 */
@Component(
        service = {ConfigurationPlugin.class, EnvironmentConfigurationPlugin.class},
        property = {
            // The last rank that may change properties (OSGi Compendium 104.9.2): nothing else has the last word.
            ConfigurationPlugin.CM_RANKING + ":Integer=1000",
            "config.plugin.id=io.bascule.core.configuration"
        },
        name = "io.bascule.core.configuration.plugin")
public final class EnvironmentConfigurationPlugin implements ConfigurationPlugin {

    private final EnvironmentOverrides overrides;

    /** Reads the environment of this process. */
    @Activate
    public EnvironmentConfigurationPlugin() {
        this(new EnvironmentOverrides(System.getenv()));
    }

    EnvironmentConfigurationPlugin(EnvironmentOverrides overrides) {
        this.overrides = overrides;
    }

    EnvironmentOverrides overrides() {
        return overrides;
    }

    @Override
    @SuppressWarnings("JdkObsolete") // ConfigAdmin speaks in dictionaries.
    public void modifyConfiguration(ServiceReference<?> reference, Dictionary<String, Object> properties) {
        List<String> pids = new ArrayList<>();
        for (String key : List.of(ConfigurationAdmin.SERVICE_FACTORYPID, Constants.SERVICE_PID)) {
            if (properties.get(key) instanceof String pid) {
                pids.add(pid);
            }
        }
        overrides.valuesFor(pids, Collections.list(properties.keys())).forEach(properties::put);
    }
}
