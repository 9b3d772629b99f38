/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;

/** Folder path = artifactId = Bundle-SymbolicName = root package, without an exception. */
class NamesTest {

    private static final Checkout CHECKOUT = Checkout.here();

    @ParameterizedTest
    @CsvSource({
        "bundles/core/flow, io.bascule.core.flow",
        "bundles/testkit, io.bascule.testkit",
        "device-drivers/replay, io.bascule.driver.replay",
        "wasm-bundle-bridge/abi, io.bascule.wasm.abi",
        "karaf-assembly/itests, io.bascule.karaf.itests",
        "features, io.bascule.features",
        "cnf/bom, io.bascule.cnf.bom"
    })
    void aFolderHasOneName(String folder, String name) {
        assertEquals(name, BundleFolder.nameOf(folder));
    }

    @Test
    void artifactIdIsTheFolder() {
        Findings findings = new Findings("artifactId = folder path, groupId inherited, version inherited");
        for (String pom : Poms.modules(CHECKOUT)) {
            Document xml = Checkout.xml(CHECKOUT.root().resolve(pom));
            String folder = pom.substring(0, pom.length() - "/pom.xml".length());
            String expected = BundleFolder.nameOf(folder);
            String actual = Checkout.childText(xml.getDocumentElement(), "artifactId");
            findings.check(expected.equals(actual), pom + ": artifactId is " + actual + "; expected " + expected);
        }
        findings.verify();
    }

    @Test
    void symbolicNameIsTheFolder() {
        Findings findings = new Findings("Bundle-SymbolicName = folder path");
        for (BundleFolder bundle : CHECKOUT.builtBundles()) {
            String actual =
                    bundle.header("Bundle-SymbolicName").split(";", 2)[0].trim();
            findings.check(
                    bundle.name().equals(actual),
                    bundle + ": symbolic name is " + actual + "; expected " + bundle.name());
        }
        findings.verify();
    }

    @Test
    void everySourceFileIsInTheRootPackageOfItsFolder() {
        Findings findings = new Findings("Java sources of a module are in the package that its folder names, or below");
        List<String> folders = Poms.modules(CHECKOUT).stream()
                .map(p -> p.substring(0, p.length() - "/pom.xml".length()))
                .toList();
        for (String file : CHECKOUT.files(f -> f.endsWith(".java"))) {
            for (String folder : folders) {
                if (file.startsWith(folder + "/src/")) {
                    String inside = file.substring(file.indexOf("/java/") + "/java/".length());
                    String expected = BundleFolder.nameOf(folder).replace('.', '/') + "/";
                    findings.check(inside.startsWith(expected), file + " is not below " + expected);
                    findings.check(
                            CHECKOUT.text(file).contains("package " + packageOf(inside) + ";"),
                            file + " does not declare package " + packageOf(inside));
                }
            }
        }
        findings.verify();
    }

    private static String packageOf(String inside) {
        return inside.substring(0, inside.lastIndexOf('/')).replace('/', '.');
    }
}
