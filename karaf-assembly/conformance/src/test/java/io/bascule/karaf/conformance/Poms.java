/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import java.util.List;

/** Which poms belong to the build of the product. */
final class Poms {

    static final String ROOT = "pom.xml";
    static final String BOM = "cnf/bom/pom.xml";
    static final String PARENT = "cnf/parent/pom.xml";

    /** Built on their own by whoever writes a module, not by the root pom. */
    private static final List<String> STAND_ALONE =
            List.of("wasm-bundle-bridge/guest-sdk/", "wasm-bundle-bridge/samples/");

    private Poms() {}

    /** Returns the poms of all modules: every pom but the root's and those that are built on their own. */
    static List<String> modules(Checkout checkout) {
        return checkout.files(f -> f.endsWith("/pom.xml")
                && !f.contains("/src/")
                && STAND_ALONE.stream().noneMatch(f::startsWith));
    }
}
