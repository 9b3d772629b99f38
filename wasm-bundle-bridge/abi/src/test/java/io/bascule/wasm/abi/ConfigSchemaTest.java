/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigSchemaTest {

    private static final ConfigSchema SCHEMA = parse("""
            {"type":"object","required":["name"],"properties":{
              "enabled":{"type":"boolean","default":true},
              "window":{"type":"integer","default":16,"minimum":1,"maximum":64},
              "threshold":{"type":"number","default":80.5,"minimum":-1e9,"maximum":1e9},
              "format":{"type":"string","default":"u16","enum":["u16","f32"]},
              "step":{"type":"integer","enum":[1,10,100]},
              "name":{"type":"string","minLength":1,"maxLength":8}}}
            """);

    private static ConfigSchema parse(String text) {
        List<String> problems = new ArrayList<>();
        ConfigSchema schema = ConfigSchema.parse(JsonText.parseObject(text, "schema"), problems);
        assertEquals(List.of(), problems);
        return schema;
    }

    @Test
    void givesTheDefaults() {
        assertEquals(
                "{\"enabled\":true,\"window\":16,\"threshold\":80.5,\"format\":\"u16\"}",
                SCHEMA.defaults().toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"a\"}|0",
                "{\"name\":\"a\",\"window\":64,\"threshold\":-1e9,\"format\":\"f32\",\"step\":10}|0",
                "{}|1",
                "{\"name\":\"\"}|1",
                "{\"name\":\"123456789\"}|1",
                "{\"name\":\"a\",\"window\":1.5}|1",
                "{\"name\":\"a\",\"window\":65}|1",
                "{\"name\":\"a\",\"window\":\"16\"}|1",
                "{\"name\":\"a\",\"window\":1e400}|1",
                "{\"name\":\"a\",\"window\":1e999999999}|1",
                "{\"name\":\"a\",\"window\":null}|1",
                "{\"name\":\"a\",\"threshold\":2e9}|1",
                "{\"name\":\"a\",\"format\":\"u8\",\"step\":11,\"treshold\":1}|3",
            })
    void checksEveryValueAndReportsAll(String config, int problems) {
        List<String> found = SCHEMA.check(JsonText.parseObject(config, "config"));
        assertEquals(problems, found.size(), found.toString());
    }

    @Test
    void aMessageNamesTheSettingWhatWasExpectedAndWhatWasGot() {
        List<String> found = SCHEMA.check(JsonText.parseObject("{\"name\":\"a\",\"window\":65}", "config"));
        assertEquals(List.of("'window' is 65; expected integer from 1 to 64"), found);
    }

    @ParameterizedTest
    @CsvSource({
        "window, 16, 16",
        "window, ' 3 ', 3",
        "window, 1600, 1600",
        "threshold, 1e3, 1000",
        "threshold, 0.50, 0.5",
        "threshold, -0.001, -0.001",
        "enabled, TRUE, true",
        "name, 12, '\"12\"'",
        "window, many, '\"many\"'",
    })
    void convertsWhatConfigurationFilesHold(String field, String text, String json) {
        assertEquals(json, SCHEMA.find(field).orElseThrow().convert(text).toString());
    }

    @Test
    void findsSettingsAsConfigurationAdminDoes() {
        assertEquals("window", SCHEMA.find("WINDOW").orElseThrow().name());
        assertTrue(SCHEMA.find("nothing").isEmpty());
    }

    @Test
    void refusesSettingsThatDifferOnlyInCase() {
        List<String> problems = new ArrayList<>();
        ConfigSchema.parse(
                JsonText.parseObject(
                        "{\"properties\":{\"a\":{\"type\":\"string\"},\"A\":{\"type\":\"string\"}}}", "schema"),
                problems);
        assertEquals(1, problems.size());
    }
}
