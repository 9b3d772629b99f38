/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.resource.Namespace;

/**
 * Says in a person's words why a bundle does not resolve: which of its requirements no installed bundle provides. The
 * framework's own message is right but written for resolver authors.
 */
final class MissingRequirements {

    private final BundleContext context;

    MissingRequirements(BundleContext context) {
        this.context = context;
    }

    /** Returns one sentence for each mandatory requirement that nothing provides; empty when there is none. */
    List<String> of(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return List.of();
        }
        List<String> missing = new ArrayList<>();
        for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
            if (isNeededToResolve(requirement) && !isProvided(requirement)) {
                missing.add(describe(requirement));
            }
        }
        return List.copyOf(missing);
    }

    private static boolean isNeededToResolve(BundleRequirement requirement) {
        String resolution = requirement.getDirectives().get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE);
        String effective = requirement.getDirectives().get(Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE);
        return !Namespace.RESOLUTION_OPTIONAL.equals(resolution)
                && !"dynamic".equals(resolution)
                && (effective == null || Namespace.EFFECTIVE_RESOLVE.equals(effective));
    }

    private boolean isProvided(BundleRequirement requirement) {
        for (Bundle bundle : context.getBundles()) {
            for (BundleCapability capability : capabilities(bundle, requirement.getNamespace())) {
                if (requirement.matches(capability)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<BundleCapability> capabilities(Bundle bundle, String namespace) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision == null ? List.of() : revision.getDeclaredCapabilities(namespace);
    }

    private String describe(BundleRequirement requirement) {
        if (requirement.getNamespace().equals(ModuleManager.HOST_NAMESPACE)) {
            Optional<HostRequirement> host = HostRequirement.of(requirement);
            if (host.isPresent()) {
                return describe(host.get());
            }
        }
        return requirement.getNamespace() + " "
                + Objects.requireNonNullElse(requirement.getDirectives().get(Constants.FILTER_DIRECTIVE), "(any)")
                + " is provided by no installed bundle";
    }

    private String describe(HostRequirement wanted) {
        TreeSet<String> sameName = new TreeSet<>();
        TreeSet<String> all = new TreeSet<>();
        for (Bundle bundle : context.getBundles()) {
            for (BundleCapability capability : capabilities(bundle, ModuleManager.HOST_NAMESPACE)) {
                String name = String.valueOf(capability.getAttributes().get("interface"));
                String version = String.valueOf(capability.getAttributes().get("version"));
                all.add(name + " " + version);
                if (name.equals(wanted.name())) {
                    sameName.add(version);
                }
            }
        }
        String need = "host interface '" + wanted.name() + "' version " + wanted.versions();
        if (!sameName.isEmpty()) {
            return need + " is needed; this gateway offers it in version " + String.join(", ", sameName);
        }
        return need + " is needed; this gateway offers "
                + (all.isEmpty() ? "no host interface: is the WASM bridge installed?" : String.join(", ", all));
    }
}
