/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;

/** The defaults of the configuration with some values changed, as DS would hand them over. */
final class TestConfig {

    private TestConfig() {}

    static Map<String, Object> with(Map<String, Object> changes) {
        Map<String, Object> values = new HashMap<>();
        for (Method attribute : GpioComponent.Config.class.getDeclaredMethods()) {
            values.put(attribute.getName(), attribute.getDefaultValue());
        }
        values.putAll(changes);
        return values;
    }
}
