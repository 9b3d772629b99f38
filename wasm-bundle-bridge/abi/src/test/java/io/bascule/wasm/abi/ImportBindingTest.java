/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.security.Capability;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImportBindingTest {

    private static ImportBinding bind(String... imports) {
        return ImportBinding.of(Arrays.stream(imports)
                .map(i -> new ImportRef(i.substring(0, i.indexOf(' ')), i.substring(i.indexOf(' ') + 1)))
                .toList());
    }

    @Test
    void importsBecomeCapabilities() {
        ImportBinding binding = bind(
                "bascule:gateway/log@1.0.0 write",
                "bascule:gateway/emit@1.0.0 readings",
                "bascule:gateway/emit@1.0.0 alert",
                "bascule:gateway/channel@1.0.0 open",
                "bascule:gateway/channel@1.0.0 write",
                "wasi_snapshot_preview1 clock_time_get");
        assertEquals(
                Set.of(Capability.LOG, Capability.EMIT, Capability.CHANNEL_WRITE, Capability.CLOCK),
                binding.capabilities());
        assertEquals(List.of(), binding.notOffered());
        assertEquals("", binding.explainNotOffered());
        assertEquals(4, binding.requirements().size());
    }

    @Test
    void openingChannelsAloneNeedsTheRightToRead() {
        assertEquals(
                Set.of(Capability.CHANNEL_READ),
                bind("bascule:gateway/channel@1.0.0 open").capabilities());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bascule:gateway/video@1.0.0 frame",
                "bascule:gateway/log@2.0.0 write",
                "bascule:gateway/log@1.1.0 write",
                "bascule:gateway/log@0.9.0 write",
                "bascule:gateway/log write",
                "bascule:gateway/log@1.0.0 erase",
                "wasi_snapshot_preview1 path_open",
                "env abort",
            })
    void whatIsNotOfferedIsNamedWithWhatIs(String wanted) {
        ImportBinding binding = bind("bascule:gateway/emit@1.0.0 readings", wanted);
        assertEquals(1, binding.notOffered().size());
        assertFalse(binding.notOffered().get(0).isOffered());
        String function = wanted.substring(wanted.indexOf(' ') + 1);
        assertTrue(binding.explainNotOffered().contains(function), binding.explainNotOffered());
        assertTrue(binding.explainNotOffered().contains("emit"), binding.explainNotOffered());
    }
}
