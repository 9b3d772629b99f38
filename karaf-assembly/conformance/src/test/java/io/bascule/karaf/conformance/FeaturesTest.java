/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** What an operator can choose holds every bundle once. */
class FeaturesTest {

    private static final Checkout CHECKOUT = Checkout.here();

    /** From the start on: wasm:mvn: is a module, which is no folder with a bundle. */
    private static final Pattern OWN_BUNDLE = Pattern.compile("^mvn:io\\.bascule/([^/]+)/([^/$]*\\$\\{[^}]+}|[^/]+)");

    @Test
    void everyBundleIsInExactlyOneFeatureAndTestkitInNone() {
        Map<String, List<String>> featuresOf = new HashMap<>();
        for (Element feature : features()) {
            for (Element bundle : Checkout.elements(feature, "bundle")) {
                Matcher matcher = OWN_BUNDLE.matcher(bundle.getTextContent().trim());
                if (matcher.find()) {
                    featuresOf
                            .computeIfAbsent(matcher.group(1), k -> new ArrayList<>())
                            .add(feature.getAttribute("name"));
                }
            }
        }
        Findings findings = new Findings("every bundle is in exactly one feature, testkit in none");
        Set<String> names = new HashSet<>();
        for (BundleFolder bundle : CHECKOUT.bundles()) {
            names.add(bundle.name());
            List<String> in = featuresOf.getOrDefault(bundle.name(), List.of());
            int expected = bundle.isTestkit() ? 0 : 1;
            findings.check(
                    in.size() == expected,
                    bundle.name() + " is in " + in.size() + " features " + in + "; expected " + expected);
        }
        for (String named : featuresOf.keySet()) {
            findings.check(names.contains(named), "features name " + named + ", which is no bundle of this repository");
        }
        findings.verify();
    }

    @Test
    void everyFeatureSaysWhatItIsFor() {
        Findings findings =
                new Findings("features are called bascule-* and have a description and the product's version");
        for (Element feature : features()) {
            String name = feature.getAttribute("name");
            findings.check(name.startsWith("bascule"), name + ": expected a name that starts with bascule");
            findings.check(!feature.getAttribute("description").isBlank(), name + " has no description");
            findings.check(
                    feature.getAttribute("version").equals("${project.version}"),
                    name + " has version '" + feature.getAttribute("version") + "'; expected ${project.version}");
        }
        findings.verify();
    }

    /** Returns the features that are defined, not those that are named inside another one. */
    private static List<Element> features() {
        List<Element> found = new ArrayList<>();
        for (String file : CHECKOUT.files(f -> f.matches("features/.*feature[^/]*\\.xml"))) {
            for (Element feature :
                    Checkout.elements(Checkout.xml(CHECKOUT.root().resolve(file)), "feature")) {
                if (feature.hasAttribute("name")) {
                    found.add(feature);
                }
            }
        }
        assertFalse(found.isEmpty(), "no features found: features/**/feature*.xml is missing");
        return found;
    }
}
