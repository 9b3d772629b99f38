/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.w3c.dom.Element;

/**
 * The stage types that a flow can name: those built into the flow engine, asked from its compiled classes, and those that
 * other bundles add, by the service property of their StageFactory component.
 */
final class StageTypes {

    private static final String ENGINE = "bundles/core/flow";

    /** Classes of the engine that hold the names of its own stage types. */
    private static final String RULES = "io.bascule.core.flow.rule.Rules";

    private static final String PARSER = "io.bascule.core.flow.definition.FlowParser";

    private StageTypes() {}

    static Set<String> of(Checkout checkout, String factory, String property, Findings findings) {
        Set<String> types = new TreeSet<>(builtIn(checkout));
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
                if (isFactory
                        && !bundle.path().equals(ENGINE)
                        && !type.isInterface()
                        && !type.getModifiers().contains(JavaModifier.ABSTRACT)) {
                    findings.check(
                            typeOfClass.containsKey(type.getName()),
                            type.getName() + " makes stages but is no component with property " + property
                                    + "; annotate it so that its type can be found and documented");
                }
            }
        }
        return types;
    }

    /** The rules by name, and the constants for what is no rule: channels as a source, a module as a stage. */
    private static Set<String> builtIn(Checkout checkout) {
        Set<String> types = new TreeSet<>();
        try (URLClassLoader loader = new URLClassLoader(urls(checkout))) {
            for (Method method : loader.loadClass(RULES).getMethods()) {
                if (method.getName().equals("all")) {
                    // The services are only used by stages, and none is made here.
                    Map<?, ?> rules = (Map<?, ?>) method.invoke(null, new Object[method.getParameterCount()]);
                    rules.keySet().forEach(name -> types.add(String.valueOf(name)));
                }
            }
            for (Field field : loader.loadClass(PARSER).getFields()) {
                if (field.getName().endsWith("_TYPE") && field.getType() == String.class) {
                    types.add((String) field.get(null));
                }
            }
        } catch (ReflectiveOperationException | IOException e) {
            throw new AssertionError(
                    "the stage types of " + ENGINE + " are no longer in " + RULES + ".all and " + PARSER
                            + ".*_TYPE: build it (./mvnw -q -pl " + ENGINE
                            + " install -Dquick), or tell StageTypes where they are",
                    e);
        }
        return types;
    }

    private static URL[] urls(Checkout checkout) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (BundleFolder bundle : checkout.bundles()) {
            if (bundle.isApi() || bundle.path().equals(ENGINE)) {
                urls.add(bundle.classes().toUri().toURL());
            }
        }
        return urls.toArray(URL[]::new);
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
