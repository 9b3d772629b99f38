/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.ModuleException;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.GrantRegistry;
import io.bascule.api.security.NamePattern;
import io.bascule.testkit.FakeConfigurationAdmin;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A module has the grants that it was given, or the deployment says that it has not. */
class ModuleGrantsTest {

    private static final Grant READ = read("line1/*");

    private final ModuleSettings settings = new ModuleSettings(new FakeConfigurationAdmin());

    private static Grant read(String... patterns) {
        return new Grant(
                "press",
                Capability.CHANNEL_READ,
                List.of(patterns).stream().map(NamePattern::of).toList());
    }

    @Test
    void theGrantsOfOneModuleAreSetAsAWhole() throws ModuleException {
        FakeGrants registry = new FakeGrants();
        registry.grant(new Grant("press", Capability.EMIT, List.of()));
        registry.grant(new Grant("other", Capability.EMIT, List.of()));
        ModuleGrants grants = new ModuleGrants(registry, settings);

        grants.set("press", List.of(read("line1/*", "line1/*")));

        assertEquals(List.of(READ), grants.own("press"), "a pattern that is given twice counts once");
        assertEquals(1, grants.own("other").size());
    }

    @Test
    void grantsThatSomebodyElseTakesAwayEachTimeAreAnErrorThatNamesTheModule() {
        FakeGrants kept = new FakeGrants();
        GrantRegistry forgetful = new GrantRegistry() {
            @Override
            public List<Grant> list() {
                return kept.list();
            }

            @Override
            public List<Grant> listFor(String module) {
                return kept.listFor(module);
            }

            @Override
            public void grant(Grant grant) {
                kept.grant(grant);
                kept.revoke(grant.module(), grant.capability());
            }

            @Override
            public boolean revoke(String module, Capability capability) {
                return kept.revoke(module, capability);
            }
        };

        ModuleException refusal = assertThrows(
                ModuleException.class, () -> new ModuleGrants(forgetful, settings).set("press", List.of(READ)));

        assertTrue(refusal.getMessage().contains("module 'press'"), refusal.getMessage());
    }
}
