/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** Versions have one home, and every module is built. */
class PomsTest {

    private static final Checkout CHECKOUT = Checkout.here();
    private static final String PRODUCT = "io.bascule";
    private static final String OWN_VERSION = "${project.version}";

    @Test
    void thirdPartyVersionsAreInTheBomAndPluginVersionsInTheParent() {
        Findings findings = new Findings("libraries: cnf/bom; plugins: cnf/parent; nowhere else");
        Map<String, String> known = pluginVersions(Poms.PARENT);
        Map<String, String> properties = properties(Poms.BOM);
        properties.putAll(properties(Poms.PARENT));
        List<String> poms = new ArrayList<>(Poms.modules(CHECKOUT));
        poms.add(Poms.ROOT);
        for (String pom : poms) {
            if (pom.equals(Poms.PARENT)) {
                continue;
            }
            if (!pom.equals(Poms.BOM)) {
                checkDependencies(pom, findings);
                checkProperties(pom, properties, findings);
            }
            // The root pom and the bom are the parent's elders: they repeat a plugin version because they cannot
            // inherit it.
            boolean mayRepeat = pom.equals(Poms.ROOT) || pom.equals(Poms.BOM);
            pluginVersions(pom).forEach((plugin, version) -> {
                boolean isFine = mayRepeat && version.equals(known.get(plugin));
                findings.check(
                        isFine,
                        pom + ": plugin " + plugin + " has version " + version
                                + "; move it to pluginManagement of " + Poms.PARENT + ", which says "
                                + known.get(plugin));
            });
        }
        findings.verify();
    }

    @Test
    void everyModuleIsInTheRootPomAndThisOneAfterAllBundles() {
        Findings findings = new Findings("every pom is a module of the root pom; conformance comes after every bundle");
        List<String> listed = new ArrayList<>();
        for (Element module : Checkout.elements(rootOf(Poms.ROOT), "module")) {
            listed.add(module.getTextContent().trim());
        }
        for (String pom : Poms.modules(CHECKOUT)) {
            String folder = pom.substring(0, pom.length() - "/pom.xml".length());
            findings.check(listed.contains(folder), folder + " has a pom but is no module of " + Poms.ROOT);
        }
        for (String module : listed) {
            findings.check(CHECKOUT.has(module + "/pom.xml"), "module " + module + " has no pom");
        }
        int here = listed.indexOf("karaf-assembly/conformance");
        for (BundleFolder bundle : CHECKOUT.bundles()) {
            findings.check(
                    listed.indexOf(bundle.path()) < here,
                    bundle + " is listed after karaf-assembly/conformance, which reads what it builds; move it up");
        }
        findings.verify();
    }

    @Test
    void everyModuleInheritsTheParent() {
        Findings findings = new Findings("every module inherits " + Poms.PARENT);
        for (String pom : Poms.modules(CHECKOUT)) {
            if (!pom.startsWith("cnf/")) {
                List<Element> parents = Checkout.elements(rootOf(pom), "parent");
                String parent = parents.isEmpty() ? "none" : Checkout.childText(parents.get(0), "artifactId");
                findings.check(parent.equals("io.bascule.cnf.parent"), pom + ": parent is " + parent);
            }
        }
        findings.verify();
    }

    private static void checkDependencies(String pom, Findings findings) {
        for (Element dependency : Checkout.elements(rootOf(pom), "dependency")) {
            String group = Checkout.childText(dependency, "groupId");
            String version = Checkout.childText(dependency, "version");
            String id = group + ":" + Checkout.childText(dependency, "artifactId");
            boolean isOwn = group.equals(PRODUCT) || group.equals("${project.groupId}");
            boolean isFine = isOwn ? version.equals(OWN_VERSION) : version.isEmpty();
            String expected = isOwn ? OWN_VERSION : "none (it belongs in " + Poms.BOM + ")";
            findings.check(isFine, pom + ": " + id + " has version '" + version + "'; expected " + expected);
        }
    }

    /** A module may repeat a version as a property, for what Maven cannot inherit, if it is the same one. */
    private static void checkProperties(String pom, Map<String, String> known, Findings findings) {
        properties(pom).forEach((name, value) -> {
            if (name.endsWith(".version")) {
                findings.check(
                        value.equals(known.get(name)),
                        pom + ": property " + name + " is " + value + "; " + Poms.BOM + " says " + known.get(name));
            }
        });
    }

    private static Map<String, String> properties(String pom) {
        Map<String, String> found = new HashMap<>();
        for (Element properties : Checkout.elements(rootOf(pom), "properties")) {
            for (Node child = properties.getFirstChild(); child != null; child = child.getNextSibling()) {
                if (child instanceof Element property) {
                    found.put(property.getTagName(), property.getTextContent().trim());
                }
            }
        }
        return found;
    }

    private static Map<String, String> pluginVersions(String pom) {
        Map<String, String> found = new HashMap<>();
        for (Element plugin : Checkout.elements(rootOf(pom), "plugin")) {
            String version = Checkout.childText(plugin, "version");
            if (!version.isEmpty()) {
                found.put(Checkout.childText(plugin, "artifactId"), version);
            }
        }
        return found;
    }

    private static Element rootOf(String pom) {
        return Checkout.xml(CHECKOUT.root().resolve(pom)).getDocumentElement();
    }
}
