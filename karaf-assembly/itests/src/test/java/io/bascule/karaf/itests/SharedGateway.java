/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One boot for all test classes that ask for a {@link Gateway} as a parameter. They leave it as they found it: their modules
 * and flows are removed, its settings are those it came with. It has a device {@code press} that sends ten readings a second.
 */
final class SharedGateway implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(SharedGateway.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Gateway.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // The store of the whole run closes it after the last class.
        return context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(Gateway.class, key -> boot(), Gateway.class);
    }

    private static Gateway boot() {
        try {
            return Gateway.boot(
                    "modules",
                    home -> Files.writeString(home.resolve("etc/io.bascule.driver.simulator-press.cfg"), """
                            device = press
                            channels = speed=sine(period=10s,min=0,max=50)
                            scanPeriodMillis = 100
                            """));
        } catch (IOException e) {
            throw new AssertionError("the gateway does not boot", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the gateway booted", e);
        }
    }
}
