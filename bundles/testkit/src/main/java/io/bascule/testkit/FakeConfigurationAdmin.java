/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** A ConfigurationAdmin in memory: configurations as maps, no bundles, no events. */
public final class FakeConfigurationAdmin implements ConfigurationAdmin {

    private final NavigableMap<String, Entry> entries = Collections.synchronizedNavigableMap(new TreeMap<>());
    private final AtomicBoolean isBroken = new AtomicBoolean();
    private int factorySequence;

    /** From now on every update throws, as on a full disk; or works again. */
    public void setBroken(boolean broken) {
        isBroken.set(broken);
    }

    /** Sets a configuration as a file in etc/ would. */
    public void put(String pid, Map<String, ?> properties) {
        entry(pid, null).store(FrameworkUtil.asDictionary(new TreeMap<String, Object>(properties)));
    }

    /** Removes a configuration; nothing when there is none. */
    public void remove(String pid) {
        entries.remove(pid);
    }

    /** Returns what is stored under {@code pid} without the pid itself; empty when nothing is. */
    public Map<String, Object> stored(String pid) {
        Entry entry = entries.get(pid);
        Dictionary<String, Object> properties = entry == null ? null : entry.getProperties();
        Map<String, Object> found = new TreeMap<>();
        if (properties != null) {
            for (String key : Collections.list(properties.keys())) {
                found.put(key, properties.get(key));
            }
            found.remove(Constants.SERVICE_PID);
        }
        return found;
    }

    private Entry entry(String pid, @Nullable String factoryPid) {
        return entries.computeIfAbsent(pid, p -> new Entry(p, factoryPid));
    }

    @Override
    public Configuration createFactoryConfiguration(String factoryPid) {
        return createFactoryConfiguration(factoryPid, null);
    }

    @Override
    public synchronized Configuration createFactoryConfiguration(String factoryPid, @Nullable String location) {
        factorySequence++;
        return entry(factoryPid + "." + factorySequence, factoryPid);
    }

    @Override
    public Configuration getConfiguration(String pid, @Nullable String location) {
        return entry(pid, null);
    }

    @Override
    public Configuration getConfiguration(String pid) {
        return entry(pid, null);
    }

    @Override
    public Configuration getFactoryConfiguration(String factoryPid, String name, @Nullable String location) {
        return entry(factoryPid + "~" + name, factoryPid);
    }

    @Override
    public Configuration getFactoryConfiguration(String factoryPid, String name) {
        return entry(factoryPid + "~" + name, factoryPid);
    }

    @Override
    @SuppressWarnings("NullAway") // The specification says null, not an empty array, when nothing matches.
    public Configuration[] listConfigurations(@Nullable String filter) throws InvalidSyntaxException {
        List<Configuration> found = new ArrayList<>();
        for (Entry entry : List.copyOf(entries.values())) {
            Dictionary<String, Object> properties = entry.getProperties();
            if (properties != null
                    && (filter == null || FrameworkUtil.createFilter(filter).match(properties))) {
                found.add(entry);
            }
        }
        return found.isEmpty() ? null : found.toArray(new Configuration[0]);
    }

    private final class Entry implements Configuration {
        private final String pid;
        private final @Nullable String factoryPid;
        private @Nullable Map<String, Object> properties;
        private long changes;

        Entry(String pid, @Nullable String factoryPid) {
            this.pid = pid;
            this.factoryPid = factoryPid;
        }

        synchronized void store(Dictionary<String, ?> next) {
            Map<String, Object> copy = new TreeMap<>();
            for (String key : Collections.list(next.keys())) {
                copy.put(key, next.get(key));
            }
            copy.put(Constants.SERVICE_PID, pid);
            if (factoryPid != null) {
                copy.put(ConfigurationAdmin.SERVICE_FACTORYPID, factoryPid);
            }
            properties = copy;
            changes++;
        }

        @Override
        public void update(Dictionary<String, ?> next) throws IOException {
            if (isBroken.get()) {
                throw new IOException("no space left on the fake device");
            }
            store(next);
        }

        @Override
        public void update() {}

        @Override
        public boolean updateIfDifferent(Dictionary<String, ?> next) throws IOException {
            update(next);
            return true;
        }

        @Override
        @SuppressWarnings("NullAway") // The specification says null before the first update.
        public synchronized Dictionary<String, Object> getProperties() {
            return properties == null ? null : FrameworkUtil.asDictionary(properties);
        }

        @Override
        public Dictionary<String, Object> getProcessedProperties(ServiceReference<?> reference) {
            return getProperties();
        }

        @Override
        public void delete() {
            entries.remove(pid);
        }

        @Override
        public String getPid() {
            return pid;
        }

        @Override
        @SuppressWarnings("NullAway") // The specification says null for a singleton.
        public String getFactoryPid() {
            return factoryPid;
        }

        @Override
        public synchronized long getChangeCount() {
            return changes;
        }

        @Override
        public void setBundleLocation(String location) {}

        @Override
        public String getBundleLocation() {
            return "?";
        }

        @Override
        public void addAttributes(ConfigurationAttribute... attributes) {}

        @Override
        public Set<ConfigurationAttribute> getAttributes() {
            return Set.of();
        }

        @Override
        public void removeAttributes(ConfigurationAttribute... attributes) {}
    }
}
