/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrantTest {

    @ParameterizedTest
    @EnumSource(Capability.class)
    void everyCapabilityIsFoundByItsWord(Capability capability) {
        assertEquals(Optional.of(capability), Capability.find(capability.word()));
        assertTrue(Capability.words().contains(capability.word()));
    }

    @Test
    void aScopedCapabilityWithoutPatternIsRefusedWithAnExample() {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> new Grant("pid", Capability.CHANNEL_WRITE, List.of()));
        assertTrue(refusal.getMessage().contains("channel-write"), refusal.getMessage());
    }

    @Test
    void anUnscopedCapabilityTakesNoPattern() {
        assertThrows(
                IllegalArgumentException.class, () -> new Grant("pid", Capability.LOG, List.of(NamePattern.of("a/*"))));
    }

    @Test
    void aSubjectIsWrittenAsKindAndName() {
        assertEquals("module:pid", Subject.module("pid").toString());
        assertEquals("operator:admin", Subject.operator("admin").toString());
        assertThrows(IllegalArgumentException.class, () -> Subject.flow(" "));
    }
}
