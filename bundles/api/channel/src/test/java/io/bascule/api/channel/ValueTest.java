/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTest {

    @ParameterizedTest
    @CsvSource({"F64, 1.5, 1.5", "I64, -3, -3", "BOOL, on, true", "BOOL, 0, false", "TEXT, hi, hi", "BYTES, 00ff, 00ff"
    })
    void whatAPersonTypesIsReadByKind(ValueKind kind, String typed, String shown) {
        assertEquals(shown, Value.parse(kind, typed).asText());
    }

    @ParameterizedTest
    @CsvSource({"F64, warm", "I64, 1.5", "BOOL, yes", "BYTES, xyz"})
    void aWrongEntryNamesTheTypeThatWasExpected(ValueKind kind, String typed) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> Value.parse(kind, typed));
        assertTrue(refusal.getMessage().contains(kind.word()), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", "a b", "a,b", "ä"})
    void aChannelIsNotCalledSo(String name) {
        assertThrows(IllegalArgumentException.class, () -> Channel.requireName(name));
    }

    @Test
    void aChannelNameMayHaveAnyNumberOfSegments() {
        assertEquals("line-1/press.2/temp_in", Channel.requireName("line-1/press.2/temp_in"));
    }

    @Test
    void kindCodesAreThoseOfTheLayout() {
        for (ValueKind kind : ValueKind.values()) {
            assertEquals(kind, ValueKind.ofCode(kind.code()));
        }
        assertThrows(IllegalArgumentException.class, () -> ValueKind.ofCode(0));
        assertThrows(IllegalArgumentException.class, () -> ValueKind.ofCode(6));
    }
}
