/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.ModuleManager;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.World;
import io.bascule.api.security.Capability;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * What a bundle declares about the module in it, known before any of its code runs and also while it does not resolve.
 *
 * @param name the module's name
 * @param version its version
 * @param descriptor the same as the manager shows it
 * @param devices factory PID of the configurations of a driver's devices; empty when it has none
 * @param devicesKey key of such a configuration whose value is the module's name, where several modules share the factory; empty
 *     when it is this module's alone
 */
record ModuleIdentity(String name, Version version, ModuleDescriptor descriptor, String devices, String devicesKey) {

    /** Reads in one call when the bundle says nothing else: as many as a batch may hold. */
    private static final int BATCH_MAX_DEFAULT = 65_536;

    /** Reads the declaration of an installed bundle; empty when it is not a module or has no valid declaration. */
    static Optional<ModuleIdentity> find(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return Optional.empty();
        }
        List<BundleCapability> declared = revision.getDeclaredCapabilities(ModuleManager.MODULE_NAMESPACE);
        if (declared.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> attributes = new HashMap<>(declared.get(0).getAttributes());
        Object description = bundle.getHeaders("").get(Constants.BUNDLE_DESCRIPTION);
        if (description != null) {
            attributes.putIfAbsent("description", description);
        }
        Set<Capability> needs = EnumSet.noneOf(Capability.class);
        for (BundleRequirement requirement : revision.getDeclaredRequirements(ModuleManager.HOST_NAMESPACE)) {
            HostRequirement.of(requirement).ifPresent(host -> needs.addAll(host.capabilities()));
        }
        try {
            return Optional.of(of(attributes, needs));
        } catch (ModuleException e) {
            // Such a bundle cannot come in through this manager; one that came in past it is not a module.
            return Optional.empty();
        }
    }

    /**
     * Reads the attributes of a {@code bascule.module} capability.
     *
     * @throws ModuleException when one is missing or wrong
     */
    static ModuleIdentity of(Map<String, Object> attributes, Set<Capability> needs) throws ModuleException {
        try {
            String name = ModuleDescriptor.requireName(text(attributes, "name"));
            Version version = Version.parseVersion(text(attributes, "version"));
            String kindWord = text(attributes, "kind");
            ModuleKind kind =
                    kindWord.isEmpty() ? ModuleKind.NATIVE : ModuleKind.valueOf(kindWord.toUpperCase(Locale.ROOT));
            String worldWord = text(attributes, "world");
            World world = World.find(worldWord.isEmpty() ? "processor" : worldWord)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "world '" + worldWord + "' is unknown; expected processor, decoder or driver"));
            String updateWord = text(attributes, "update");
            UpdateStrategy usual = world == World.DRIVER ? UpdateStrategy.STOP_FIRST : UpdateStrategy.SIDE_BY_SIDE;
            UpdateStrategy update = updateWord.isEmpty()
                    ? usual
                    : UpdateStrategy.find(updateWord)
                            .orElseThrow(() -> new IllegalArgumentException(
                                    "update '" + updateWord + "' is unknown; expected side-by-side or stop-first"));
            ModuleDescriptor descriptor = new ModuleDescriptor(
                    name,
                    version.toString(),
                    kind,
                    world,
                    text(attributes, "digest"),
                    text(attributes, "description"),
                    needs,
                    "",
                    BATCH_MAX_DEFAULT,
                    0,
                    update);
            return new ModuleIdentity(
                    name, version, descriptor, text(attributes, "devices"), text(attributes, "devicesKey"));
        } catch (IllegalArgumentException e) {
            throw new ModuleException(
                    "capability " + ModuleManager.MODULE_NAMESPACE + " with attributes " + attributes
                            + " does not describe a module: " + e.getMessage(),
                    e);
        }
    }

    private static String text(Map<String, Object> attributes, String key) {
        Object value = attributes.get(key);
        return value == null ? "" : value.toString().strip();
    }

    /** Returns how people name exactly this module: {@code name@version}. */
    String full() {
        return name + "@" + version;
    }
}
