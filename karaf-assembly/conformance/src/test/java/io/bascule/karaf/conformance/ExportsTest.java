/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import aQute.bnd.header.Attrs;
import aQute.bnd.header.OSGiHeader;
import aQute.bnd.header.Parameters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** INV-12: contracts are exported, providers are not; see docs/adr/0004 for the three packages inside the bridge. */
class ExportsTest {

    private static final Checkout CHECKOUT = Checkout.here();

    /** The packages that bundles of the bridge share among themselves. */
    private static final Set<String> BRIDGE_EXPORTS =
            Set.of("io.bascule.wasm.abi", "io.bascule.wasm.engine", "io.bascule.wasm.capabilities");

    /** Headers that tie bundles together in ways that a package import does not. */
    private static final List<String> BANNED_HEADERS =
            List.of("Require-Bundle", "Fragment-Host", "DynamicImport-Package");

    @Test
    void onlyContractsAndTheBridgesSharedPackagesAreExported() {
        Findings findings =
                new Findings("API bundles export all their packages; the bridge exports what its later bundles use; "
                        + "testkit may export for tests; nothing else is exported");
        Map<String, BundleFolder> exporters = new HashMap<>();
        for (BundleFolder bundle : CHECKOUT.builtBundles()) {
            Parameters exports = OSGiHeader.parseHeader(bundle.header("Export-Package"));
            for (Map.Entry<String, Attrs> export : exports.entrySet()) {
                String name = export.getKey();
                boolean isAllowed = bundle.isApi() || bundle.isTestkit() || BRIDGE_EXPORTS.contains(name);
                findings.check(isAllowed, bundle + " exports " + name + "; providers export nothing");
                findings.check(
                        name.equals(bundle.name()) || name.startsWith(bundle.name() + "."),
                        bundle + " exports a foreign package: " + name);
                String version = export.getValue().getVersion();
                findings.check(
                        version != null && !version.startsWith("0.0"),
                        bundle + ": " + name + " is exported without a version; put @Version in its package-info");
                BundleFolder other = exporters.put(name, bundle);
                findings.check(other == null, name + " is exported by " + bundle + " and by " + other);
            }
            if (bundle.isApi()) {
                Set<String> hidden = new TreeSet<>(packages(bundle));
                hidden.removeAll(exports.keySet());
                findings.check(
                        hidden.isEmpty(), bundle + " does not export " + hidden + "; a contract has no private part");
            }
        }
        findings.verify();
    }

    @Test
    void bundlesAreWiredByPackagesAndCapabilitiesOnly() {
        Findings findings = new Findings("no " + BANNED_HEADERS);
        for (BundleFolder bundle : CHECKOUT.builtBundles()) {
            for (String header : BANNED_HEADERS) {
                findings.check(
                        bundle.header(header).isEmpty(), bundle + " has " + header + ": " + bundle.header(header));
            }
        }
        findings.verify();
    }

    @Test
    void everyBundleSaysItsLicenceAndName() {
        Findings findings = new Findings("Bundle-License, Bundle-Name and Bundle-Vendor are set");
        for (BundleFolder bundle : CHECKOUT.builtBundles()) {
            for (String header : List.of("Bundle-License", "Bundle-Name", "Bundle-Vendor")) {
                findings.check(!bundle.header(header).isBlank(), bundle + " has no " + header);
            }
        }
        findings.verify();
    }

    private static Set<String> packages(BundleFolder bundle) {
        String sources = bundle.path() + "/src/main/java/";
        return CHECKOUT.files(f -> f.startsWith(sources) && f.endsWith(".java")).stream()
                .map(f -> f.substring(sources.length(), f.lastIndexOf('/')).replace('/', '.'))
                .collect(Collectors.toSet());
    }
}
