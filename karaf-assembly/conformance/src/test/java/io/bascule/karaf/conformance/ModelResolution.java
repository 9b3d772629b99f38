/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import aQute.bnd.osgi.resource.ResourceUtils;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.felix.resolver.Logger;
import org.apache.felix.resolver.ResolverImpl;
import org.osgi.resource.Capability;
import org.osgi.resource.Namespace;
import org.osgi.resource.Requirement;
import org.osgi.resource.Resource;
import org.osgi.resource.Wire;
import org.osgi.resource.Wiring;
import org.osgi.service.resolver.HostedCapability;
import org.osgi.service.resolver.ResolutionException;
import org.osgi.service.resolver.ResolveContext;

/** Resolves bundles against a modelled gateway, with the resolver that Felix itself uses. Confined to one thread. */
final class ModelResolution extends ResolveContext {

    private final Collection<Resource> mandatory;
    private final List<Resource> available;

    private ModelResolution(Collection<Resource> mandatory, List<Resource> available) {
        this.mandatory = mandatory;
        this.available = available;
    }

    /**
     * Resolves {@code bundles} together; they may use {@code others} and {@code gateway}.
     *
     * @throws ResolutionException when it cannot be resolved; the message says what is missing
     */
    static Map<Resource, List<Wire>> resolve(
            Collection<Resource> bundles, Collection<Resource> others, Resource gateway) throws ResolutionException {
        Set<Resource> available = new LinkedHashSet<>();
        available.add(gateway);
        available.addAll(others);
        available.addAll(bundles);
        ResolverImpl resolver = new ResolverImpl(new Logger(Logger.LOG_ERROR));
        return resolver.resolve(new ModelResolution(List.copyOf(bundles), List.copyOf(available)));
    }

    @Override
    public Collection<Resource> getMandatoryResources() {
        return mandatory;
    }

    @Override
    public List<Capability> findProviders(Requirement requirement) {
        List<Capability> providers = new ArrayList<>();
        for (Resource resource : available) {
            for (Capability capability : resource.getCapabilities(requirement.getNamespace())) {
                if (ResourceUtils.matches(requirement, capability)) {
                    providers.add(capability);
                }
            }
        }
        return providers;
    }

    @Override
    public int insertHostedCapability(List<Capability> capabilities, HostedCapability hostedCapability) {
        capabilities.add(hostedCapability);
        return capabilities.size() - 1;
    }

    /** As a framework does: what is {@code effective:=active}, such as bnd's service requirements, does not hinder. */
    @Override
    public boolean isEffective(Requirement requirement) {
        String effective = requirement.getDirectives().get(Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE);
        return effective == null || Namespace.EFFECTIVE_RESOLVE.equals(effective);
    }

    @Override
    public Map<Resource, Wiring> getWirings() {
        return Map.of();
    }
}
