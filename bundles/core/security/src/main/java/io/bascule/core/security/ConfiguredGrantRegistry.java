/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.security;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.GrantRegistry;
import io.bascule.api.security.GrantStoreException;
import io.bascule.api.security.NamePattern;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The grants of one configuration. What is in force is a snapshot that readers share without a lock; it is replaced when
 * the configuration changes, whoever changed it.
 */
@Component(
        service = GrantRegistry.class,
        configurationPid = ConfiguredGrantRegistry.PID,
        name = "io.bascule.core.security.grants")
public final class ConfiguredGrantRegistry implements GrantRegistry {

    /** PID of the configuration; its file is {@code etc/io.bascule.security.grants.cfg}. */
    public static final String PID = "io.bascule.security.grants";

    /** Key that fileinstall keeps in a configuration that came from a file. */
    private static final String FILE_KEY = "felix.fileinstall.filename";

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredGrantRegistry.class);

    private final ConfigurationAdmin configurations;

    /** Taken by grant and revoke only, for read-change-write of the configuration; no reader and no callback waits for it. */
    private final Object changing = new Object();

    private volatile Snapshot inForce = new Snapshot(Snapshot.NONE, new GrantEntries(List.of(), List.of()));

    /**
     * What was read, and the configuration's change count before it was read, so that a slow reader never puts older
     * grants in force over newer ones.
     */
    private record Snapshot(long changeCount, GrantEntries entries) {
        static final long NONE = -1;
    }

    /** Reads what is granted. */
    @Activate
    public ConfiguredGrantRegistry(@Reference ConfigurationAdmin configurations) {
        this.configurations = configurations;
        reload();
    }

    /** Called when the configuration changed. */
    @Modified
    void modified(Map<String, Object> ignored) {
        reload();
    }

    /** Puts what is configured now in force. The properties that DS hands over may be older than what ConfigAdmin has. */
    private void reload() {
        try {
            Configuration configuration = find();
            if (configuration == null) {
                put(new Snapshot(Snapshot.NONE, new GrantEntries(List.of(), List.of())), true);
                return;
            }
            long changeCount = configuration.getChangeCount();
            put(new Snapshot(changeCount, GrantEntries.read(properties(configuration))), false);
        } catch (IOException e) {
            LOG.error("grants could not be read from pid={}; those in force before stay in force", PID, e);
        }
    }

    private synchronized void put(Snapshot next, boolean evenIfOlder) {
        Snapshot before = inForce;
        if (!evenIfOlder && next.changeCount < before.changeCount) {
            return;
        }
        inForce = next;
        if (!next.entries.problems().isEmpty() && !next.entries.problems().equals(before.entries.problems())) {
            LOG.warn(
                    "{} entries of pid={} are not grants and are ignored; the others hold: {}",
                    next.entries.problems().size(),
                    PID,
                    String.join("; ", next.entries.problems()));
        }
    }

    private @Nullable Configuration find() throws IOException {
        try {
            Configuration[] found = configurations.listConfigurations("(service.pid=" + PID + ")");
            return found == null ? null : found[0];
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("the filter is a constant", e);
        }
    }

    private static Map<String, Object> properties(Configuration configuration) {
        Map<String, Object> copy = new TreeMap<>();
        Dictionary<String, Object> properties = configuration.getProperties();
        if (properties != null) {
            for (String key : Collections.list(properties.keys())) {
                copy.put(key, properties.get(key));
            }
        }
        return copy;
    }

    @Override
    public List<Grant> list() {
        return inForce.entries.grants();
    }

    @Override
    public List<Grant> listFor(String module) {
        String everyone = GrantEntries.everyOwnerLike(module);
        return inForce.entries.grants().stream()
                .filter(g -> g.module().equals(module) || g.module().equals(everyone))
                .toList();
    }

    @Override
    public void grant(Grant grant) throws GrantStoreException {
        String key = GrantEntries.key(GrantEntries.requireOwner(grant.module()), grant.capability());
        synchronized (changing) {
            try {
                Configuration configuration = configurations.getConfiguration(PID, "?");
                Map<String, Object> properties = properties(configuration);
                properties.put(key, GrantEntries.value(merged(properties, grant)));
                store(configuration, properties);
            } catch (IOException e) {
                throw failed("grant " + key, e);
            }
        }
        LOG.info(
                "granted owner={} capability={} scope={}",
                grant.module(),
                grant.capability().word(),
                grant.scope());
    }

    private static Grant merged(Map<String, Object> properties, Grant grant) {
        Set<NamePattern> scope = new LinkedHashSet<>();
        GrantEntries.read(properties).grants().stream()
                .filter(g -> g.module().equals(grant.module()) && g.capability() == grant.capability())
                .forEach(g -> scope.addAll(g.scope()));
        scope.addAll(grant.scope());
        return new Grant(grant.module(), grant.capability(), new ArrayList<>(scope));
    }

    @Override
    public boolean revoke(String module, Capability capability) throws GrantStoreException {
        String key = GrantEntries.key(module, capability);
        synchronized (changing) {
            try {
                Configuration configuration = find();
                if (configuration == null) {
                    return false;
                }
                Map<String, Object> properties = properties(configuration);
                if (properties.remove(key) == null) {
                    return false;
                }
                store(configuration, properties);
            } catch (IOException e) {
                throw failed("revoke " + key, e);
            }
        }
        LOG.info("revoked owner={} capability={}", module, capability.word());
        return true;
    }

    /** Stores and puts in force at once, without waiting for ConfigAdmin's own, later call. */
    @GuardedBy("changing")
    private void store(Configuration configuration, Map<String, Object> properties) throws IOException {
        if (!properties.containsKey(FILE_KEY)) {
            LOG.warn(
                    "pid={} has no file; the change is kept in the framework's own store only. Make the file"
                            + " etc/{}.cfg to keep grants where people can read them",
                    PID,
                    PID);
        }
        configuration.update(FrameworkUtil.asDictionary(properties));
        reload();
    }

    private static GrantStoreException failed(String what, IOException cause) {
        return new GrantStoreException(
                "could not store '" + what + "' in configuration " + PID + ": " + cause.getMessage()
                        + ". Nothing was changed; check that etc/ and the framework's storage can be written",
                cause);
    }
}
