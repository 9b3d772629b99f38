/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.GrantRegistry;
import io.bascule.api.security.GrantStoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Grants in memory. */
final class FakeGrants implements GrantRegistry {

    final List<Grant> list = new ArrayList<>();
    boolean isReadOnly;

    @Override
    public List<Grant> list() {
        return List.copyOf(list);
    }

    @Override
    public List<Grant> listFor(String module) {
        return list.stream()
                .filter(g -> g.module().equals(module) || g.module().equals(Grant.EVERY_MODULE))
                .toList();
    }

    @Override
    public void grant(Grant grant) throws GrantStoreException {
        if (isReadOnly) {
            throw new GrantStoreException(
                    "etc/grants.cfg cannot be written; make it writable", new IOException("read-only"));
        }
        list.add(grant);
    }

    @Override
    public boolean revoke(String module, Capability capability) {
        return list.removeIf(g -> g.module().equals(module) && g.capability() == capability);
    }
}
