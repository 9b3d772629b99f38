/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import java.lang.reflect.Proxy;
import java.util.Map;

/** The defaults of the configuration with some values changed, as DS would hand them over. */
final class TestConfig {

    private TestConfig() {}

    static ReplayDriver.Config with(Map<String, Object> changes) {
        return (ReplayDriver.Config) Proxy.newProxyInstance(
                TestConfig.class.getClassLoader(),
                new Class<?>[] {ReplayDriver.Config.class},
                (proxy, method, args) -> changes.getOrDefault(method.getName(), method.getDefaultValue()));
    }
}
