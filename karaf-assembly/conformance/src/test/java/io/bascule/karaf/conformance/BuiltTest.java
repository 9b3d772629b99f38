/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import org.junit.jupiter.api.Test;

/** Every bundle has its jar. The tests that read jars judge those that there are, so that what is missing is said here, once. */
class BuiltTest {

    @Test
    void everyBundleIsBuilt() {
        Findings findings = new Findings("every bundle folder has its jar");
        for (BundleFolder bundle : Checkout.here().bundles()) {
            findings.check(
                    bundle.isBuilt(),
                    bundle + " is not built: look for the failure of its own build above, or build it: ./mvnw -q -pl "
                            + bundle + " install -Dquick");
        }
        findings.verify();
    }
}
