/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import java.io.IOException;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The configurations of modules, PID = module name, and of devices, PID = factory PID, tilde and a name. While two versions live side by side, the new one has its own under the
 * targeted PID {@code name|bundle|version} (OSGi Compendium 104.3.3), so that the old one does not see it.
 */
final class ModuleSettings {

    private final ConfigurationAdmin admin;

    ModuleSettings(ConfigurationAdmin admin) {
        this.admin = admin;
    }

    /** Returns the PID that only this version of a module sees. */
    static String targetedPid(ModuleIdentity identity, String symbolicName) {
        return identity.name() + "|" + symbolicName + "|" + identity.version();
    }

    /** Whether only one version of a module sees this PID; no module's name has the sign in it. */
    static boolean isTargeted(String pid) {
        return pid.indexOf('|') >= 0;
    }

    /** Reads a configuration; empty when there is none. */
    Optional<Map<String, Object>> find(String pid) throws IOException {
        return configuration(pid).map(found -> toMap(found.getProperties()));
    }

    private Optional<Configuration> configuration(String pid) throws IOException {
        try {
            Configuration[] found = admin.listConfigurations("(" + Constants.SERVICE_PID + "=" + escape(pid) + ")");
            return found == null || found.length == 0 ? Optional.empty() : Optional.of(found[0]);
        } catch (InvalidSyntaxException e) {
            throw new IOException("PID '" + pid + "' cannot be looked for", e);
        }
    }

    private static String escape(String pid) {
        return pid.replaceAll("([\\\\*()])", "\\\\$1");
    }

    /** Makes a configuration what {@code wanted} says; removes it when that is empty. Does nothing when it is so already. */
    void set(String pid, Optional<Map<String, Object>> wanted) throws IOException {
        Optional<Configuration> present = configuration(pid);
        if (wanted.isEmpty()) {
            if (present.isPresent()) {
                present.get().delete();
            }
            return;
        }
        Map<String, Object> next = new HashMap<>(wanted.get());
        if (present.isPresent()) {
            Map<String, Object> all = rawMap(present.get().getProperties());
            if (withoutNotes(all).equals(next)) {
                return;
            }
            // What others noted on the configuration, such as the file it belongs to, stays.
            all.keySet().stream().filter(ModuleSettings::isNote).forEach(key -> next.put(key, all.get(key)));
        }
        Configuration configuration = present.isPresent() ? present.get() : create(pid);
        configuration.update(FrameworkUtil.asDictionary(next));
        awaitFile(pid);
    }

    /** Waits until the file of a configuration says the same, if it has one. */
    void awaitFile(String pid) throws IOException {
        Optional<Configuration> present = configuration(pid);
        if (present.isPresent()) {
            Map<String, Object> all = rawMap(present.get().getProperties());
            ConfigurationFile.await(all, withoutNotes(all));
        }
    }

    private Configuration create(String pid) throws IOException {
        int tilde = pid.indexOf('~');
        return tilde < 0
                ? admin.getConfiguration(pid, "?")
                : admin.getFactoryConfiguration(pid.substring(0, tilde), pid.substring(tilde + 1), "?");
    }

    /**
     * Unties the configurations of a factory from a bundle that has stopped and whose other version is to get them: one without
     * a location of its own is tied to the first bundle that takes it.
     */
    void release(String factoryPid, String location) throws IOException {
        if (factoryPid.isEmpty()) {
            return;
        }
        try {
            Configuration[] found = admin.listConfigurations(
                    "(" + ConfigurationAdmin.SERVICE_FACTORYPID + "=" + escape(factoryPid) + ")");
            for (Configuration each : found == null ? new Configuration[0] : found) {
                if (location.equals(each.getBundleLocation())) {
                    each.setBundleLocation(null);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IOException("configurations of '" + factoryPid + "' cannot be looked for", e);
        }
    }

    private static boolean isNote(String key) {
        return key.startsWith("felix.fileinstall.")
                || key.equals(Constants.SERVICE_PID)
                || key.equals(ConfigurationAdmin.SERVICE_FACTORYPID)
                || key.equals(ConfigurationAdmin.SERVICE_BUNDLELOCATION);
    }

    private static Map<String, Object> toMap(Dictionary<String, Object> properties) {
        return withoutNotes(rawMap(properties));
    }

    private static Map<String, Object> withoutNotes(Map<String, Object> all) {
        Map<String, Object> map = new HashMap<>(all);
        map.keySet().removeIf(ModuleSettings::isNote);
        return map;
    }

    private static Map<String, Object> rawMap(Dictionary<String, Object> properties) {
        Map<String, Object> map = new HashMap<>();
        if (properties != null) {
            Collections.list(properties.keys()).forEach(key -> map.put(key, properties.get(key)));
        }
        return map;
    }
}
