/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.ModuleException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleConfigTest {

    private static ModuleConfig config(String json) throws ModuleException {
        return ModuleConfig.of(Map.of()).with(json);
    }

    @Test
    void readsEachKindOfSetting() throws Exception {
        ModuleConfig config = config(
                " { \"n\" : -12 , \"d\":1.5e2,\"t\":\"a \\\"q\\\" \\u00e4\\n\",\"yes\":true,\"no\":false,\"nil\":null} ");

        assertEquals(-12, config.integer("n", 0, -100, 100));
        assertEquals(150.0, config.number("d", 0, 0, 1000));
        assertEquals("a \"q\" \u00e4\n", config.text("t", "", 100));
        assertTrue(config.flag("yes", false));
        assertEquals(false, config.flag("no", true));
        assertEquals("otherwise", config.text("nil", "otherwise", 100));
        config.requireAllKnown();
    }

    @Test
    void theStagesSettingsLieOverTheModulesAndWhatTheFrameworkAddedIsLeftOut() throws Exception {
        ModuleConfig module = ModuleConfig.of(Map.of(
                "a", 1, "b", "2", "service.pid", "x", "component.id", 7L, "osgi.ds.satisfying.condition.target", "y"));
        ModuleConfig stage = module.with("{\"a\":3}");

        assertEquals(3, stage.integer("a", 0, 0, 9));
        assertEquals(2, stage.integer("b", 0, 0, 9));
        stage.requireAllKnown();
        assertEquals(module, module.with(""));
    }

    @Test
    void refusesWhatNobodyAskedFor() throws Exception {
        ModuleConfig config = config("{\"windw\":3}");
        config.integer("window", 1, 1, 9);

        ModuleException e = assertThrows(ModuleException.class, config::requireAllKnown);

        assertEquals("settings [windw] are not of this module; known are [window]", e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"n\":10}", "{\"n\":1.5}", "{\"n\":\"ten\"}", "{\"n\":true}"})
    void refusesNumbersOutOfRangeOrWhole(String json) throws Exception {
        ModuleConfig config = config(json);

        ModuleException e = assertThrows(ModuleException.class, () -> config.integer("n", 1, 1, 9));

        assertTrue(String.valueOf(e.getMessage()).endsWith("expected a whole number from 1 to 9"), e.getMessage());
    }

    @Test
    void refusesOtherWrongValues() throws Exception {
        ModuleConfig config = config("{\"d\":\"x\",\"f\":\"yes\",\"t\":\"long\",\"e\":\"NaN\"}");

        assertThrows(ModuleException.class, () -> config.number("d", 0, 0, 1));
        assertThrows(ModuleException.class, () -> config.number("e", 0, 0, 1));
        assertThrows(ModuleException.class, () -> config.flag("f", false));
        assertThrows(ModuleException.class, () -> config.text("t", "", 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{\"a\":{}}",
                "{\"a\":[1]}",
                "{\"a\":1}x",
                "{\"a\":tru}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u00g0\"}",
                "{\"a\":\"",
                "{\"a\":1-2}",
                "nonsense"
            })
    void refusesWhatIsNoFlatObject(String json) {
        assertThrows(ModuleException.class, () -> config(json));
    }
}
