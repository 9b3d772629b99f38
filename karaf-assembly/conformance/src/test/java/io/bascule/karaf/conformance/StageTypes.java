/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.w3c.dom.Element;

/**
 * The stage types that bundles add to flows: for each class that implements StageFactory, the service property of its
 * declarative-services component.
 */
final class StageTypes {

    private StageTypes() {}

    static Set<String> of(Checkout checkout, String factory, String property, Findings findings) {
        Set<String> types = new TreeSet<>();
        for (BundleFolder bundle : checkout.bundles()) {
            if (bundle.isTestkit()) {
                continue;
            }
            Map<String, String> typeOfClass = new HashMap<>();
            for (Path file : ReferenceTest.xmlFiles(bundle.classes().resolve("OSGI-INF"))) {
                for (Element component : Checkout.elements(Checkout.xml(file), "component")) {
                    readComponent(component, property, typeOfClass);
                }
            }
            types.addAll(typeOfClass.values());
            for (JavaClass type : bundle.ownClasses()) {
                boolean isFactory = type.getAllRawInterfaces().stream()
                        .anyMatch(i -> i.getName().equals(factory));
                if (isFactory && !type.isInterface() && !type.getModifiers().contains(JavaModifier.ABSTRACT)) {
                    findings.check(
                            typeOfClass.containsKey(type.getName()),
                            type.getName() + " makes stages but is no component with property " + property
                                    + "; annotate it so that its type can be found and documented");
                }
            }
        }
        return types;
    }

    private static void readComponent(Element component, String property, Map<String, String> typeOfClass) {
        for (Element element : Checkout.elements(component, "property")) {
            if (element.getAttribute("name").equals(property)) {
                for (Element implementation : Checkout.elements(component, "implementation")) {
                    typeOfClass.put(implementation.getAttribute("class"), element.getAttribute("value"));
                }
            }
        }
    }
}
