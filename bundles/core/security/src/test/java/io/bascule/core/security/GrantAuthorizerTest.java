/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.security.Authorizer.Decision;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.GrantStoreException;
import io.bascule.api.security.NamePattern;
import io.bascule.api.security.Subject;
import io.bascule.testkit.FakeConfigurationAdmin;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GrantAuthorizerTest {

    private final FakeConfigurationAdmin configurations = new FakeConfigurationAdmin();

    private Decision check(Subject subject, Capability capability, String object) {
        return new GrantAuthorizer(new ConfiguredGrantRegistry(configurations)).check(subject, capability, object);
    }

    @Test
    void deniesEveryCapabilityToAModuleWithoutGrants() {
        for (Capability capability : Capability.values()) {
            assertFalse(check(Subject.module("pid"), capability, "line1/speed").isAllowed(), capability.word());
        }
    }

    @Test
    void aGrantHoldsForItsModuleItsCapabilityAndItsPatternOnly() {
        configurations.put(ConfiguredGrantRegistry.PID, Map.of("pid.channel-write", "line1/*"));
        assertTrue(check(Subject.module("pid"), Capability.CHANNEL_WRITE, "line1/speed")
                .isAllowed());
        assertFalse(check(Subject.module("pid"), Capability.CHANNEL_WRITE, "line2/speed")
                .isAllowed());
        assertFalse(check(Subject.module("pid"), Capability.CHANNEL_READ, "line1/speed")
                .isAllowed());
        assertFalse(check(Subject.module("pie"), Capability.CHANNEL_WRITE, "line1/speed")
                .isAllowed());
    }

    @Test
    void aGrantForEveryModuleHoldsForModulesAndNotForFlows() {
        configurations.put(ConfiguredGrantRegistry.PID, Map.of("*.channel-write", "**", "*.log", "true"));
        assertTrue(
                check(Subject.module("any"), Capability.CHANNEL_WRITE, "a/b/c").isAllowed());
        assertTrue(check(Subject.module("any"), Capability.LOG, "").isAllowed());
        assertFalse(
                check(Subject.flow("any"), Capability.CHANNEL_WRITE, "a/b/c").isAllowed());
    }

    @Test
    void aFlowReadsAndWritesOnlyWhatItsOwnGrantLists() {
        configurations.put(ConfiguredGrantRegistry.PID, Map.of("flow/demo.channel-write", "press1/setpoint"));
        assertTrue(
                check(Subject.flow("demo"), Capability.CHANNEL_READ, "anything").isAllowed());
        assertTrue(check(Subject.flow("demo"), Capability.CHANNEL_WRITE, "press1/setpoint")
                .isAllowed());
        assertFalse(check(Subject.flow("demo"), Capability.CHANNEL_WRITE, "press1/speed")
                .isAllowed());
        assertFalse(check(Subject.flow("other"), Capability.CHANNEL_WRITE, "press1/setpoint")
                .isAllowed());
        assertFalse(
                check(Subject.flow("demo"), Capability.IO, "tcp:10.0.0.5:502").isAllowed());
    }

    @Test
    void aModuleNamedLikeAFlowHasNotTheFlowsGrant() {
        configurations.put(ConfiguredGrantRegistry.PID, Map.of("flow/demo.channel-write", "press1/setpoint"));
        assertFalse(check(Subject.module("demo"), Capability.CHANNEL_WRITE, "press1/setpoint")
                .isAllowed());
    }

    @Test
    void anOperatorReadsAndWritesChannelsAndNothingElse() {
        for (Capability capability : Capability.values()) {
            boolean isChannel = capability == Capability.CHANNEL_READ || capability == Capability.CHANNEL_WRITE;
            assertEquals(
                    isChannel,
                    check(Subject.operator("karaf"), capability, "a/b").isAllowed(),
                    capability.word());
        }
    }

    @Test
    void aDenialSaysWhichLineIsMissing() {
        String reason = check(Subject.module("pid"), Capability.CHANNEL_WRITE, "line1/speed")
                .reason();
        assertTrue(reason.contains("module:pid"), reason);
        assertTrue(reason.contains("'pid.channel-write = line1/speed'"), reason);
        assertTrue(reason.contains("bascule:grant pid channel-write line1/speed"), reason);
    }

    @Test
    void aChangedGrantCountsFromTheNextQuestionOn() throws GrantStoreException {
        ConfiguredGrantRegistry registry = new ConfiguredGrantRegistry(configurations);
        GrantAuthorizer authorizer = new GrantAuthorizer(registry);
        Subject module = Subject.module("pid");
        for (int i = 0; i < 3; i++) {
            assertFalse(authorizer
                    .check(module, Capability.CHANNEL_READ, "line1/speed")
                    .isAllowed());
            registry.grant(new Grant("pid", Capability.CHANNEL_READ, List.of(NamePattern.of("line1/*"))));
            assertTrue(authorizer
                    .check(module, Capability.CHANNEL_READ, "line1/speed")
                    .isAllowed());
            assertTrue(registry.revoke("pid", Capability.CHANNEL_READ));
        }
    }

    @Test
    void namesWithoutEndAreNotKeptWithoutEnd() {
        GrantAuthorizer authorizer = new GrantAuthorizer(new ConfiguredGrantRegistry(configurations));
        for (int i = 0; i < 10_000; i++) {
            authorizer.check(Subject.module("pid"), Capability.CHANNEL_READ, "line1/invented" + i);
        }
        assertTrue(authorizer.kept() <= 4096, () -> authorizer.kept() + " decisions are kept");
    }
}
