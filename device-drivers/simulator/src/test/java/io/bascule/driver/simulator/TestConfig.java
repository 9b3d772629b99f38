/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import java.lang.reflect.Proxy;
import java.util.Map;

/** The defaults of the configuration with some values changed, as DS would hand them over. */
final class TestConfig {

    private TestConfig() {}

    static SimulatorDriver.Config with(Map<String, Object> changes) {
        return (SimulatorDriver.Config) Proxy.newProxyInstance(
                TestConfig.class.getClassLoader(),
                new Class<?>[] {SimulatorDriver.Config.class},
                (proxy, method, args) -> changes.getOrDefault(method.getName(), method.getDefaultValue()));
    }
}
