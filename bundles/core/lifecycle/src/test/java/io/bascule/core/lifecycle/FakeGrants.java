/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.GrantRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Grants in memory. */
final class FakeGrants implements GrantRegistry {

    private final List<Grant> grants = new CopyOnWriteArrayList<>();

    @Override
    public List<Grant> list() {
        return List.copyOf(grants);
    }

    @Override
    public List<Grant> listFor(String module) {
        return grants.stream()
                .filter(g -> g.module().equals(module) || g.module().equals(Grant.EVERY_MODULE))
                .toList();
    }

    @Override
    public void grant(Grant grant) {
        grants.add(grant);
    }

    @Override
    public boolean revoke(String module, Capability capability) {
        return grants.removeIf(g -> g.module().equals(module) && g.capability() == capability);
    }
}
