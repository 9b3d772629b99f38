/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import aQute.bnd.header.OSGiHeader;
import aQute.bnd.osgi.Domain;
import aQute.bnd.osgi.resource.ResourceBuilder;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.resource.Resource;
import org.osgi.service.resolver.ResolutionException;

/**
 * INV-13: all bundles but {@code bundles/access} also run on Eclipse Kura 5.x. What they require is resolved here against a model of
 * what Kura offers. The negative controls show that the model refuses what Kura refuses.
 */
class PortableSetTest {

    /** Requirements that neither Kura nor a plain Karaf satisfies. */
    private static final List<String> BANNED_NAMESPACES =
            List.of("osgi.contract", "osgi.serviceloader", "osgi.extender;filter:=\"(osgi.extender=osgi.serviceloader");

    private static final String GSON = "com.google.gson.";
    private static final Set<String> NEW_GSON_TYPES = Set.of(GSON + "FormattingStyle", GSON + "Strictness");
    private static final Set<String> NEW_GSON_METHODS = Set.of(
            "FieldNamingStrategy#alternateNames",
            "GsonBuilder#setFormattingStyle",
            "GsonBuilder#setStrictness",
            "JsonArray#asList",
            "JsonObject#asMap",
            "JsonObject#isEmpty",
            "JsonReader#getCharacterOffset",
            "JsonReader#getNestingLimit",
            "JsonReader#setNestingLimit",
            "JsonReader#getStrictness",
            "JsonReader#setStrictness",
            "JsonWriter#getStrictness",
            "JsonWriter#setStrictness",
            "JsonWriter#getFormattingStyle",
            "JsonWriter#setFormattingStyle");

    @Test
    void everyPortableBundleResolvesOnKura() throws Exception {
        Findings findings = new Findings("portable bundles resolve on Eclipse Kura 5.x (see KuraModel)");
        Map<BundleFolder, Resource> portable = portable();
        Resource kura = KuraModel.resource();
        for (Map.Entry<BundleFolder, Resource> bundle : portable.entrySet()) {
            try {
                ModelResolution.resolve(List.of(bundle.getValue()), portable.values(), kura);
            } catch (ResolutionException e) {
                findings.add(bundle.getKey() + ": " + e.getMessage());
            }
        }
        findings.verify();
        ModelResolution.resolve(portable.values(), List.of(), kura);
    }

    @Test
    void noPortableBundleRequiresAContractOrAServiceLoader() {
        Findings findings = new Findings("no osgi.contract, no SPI Fly: absent on Kura and on a plain Karaf");
        for (BundleFolder bundle : Checkout.here().builtBundles()) {
            if (bundle.isPortable()) {
                String required = bundle.header("Require-Capability");
                for (String banned : BANNED_NAMESPACES) {
                    findings.check(!required.contains(banned), bundle + " requires " + banned + ": " + required);
                }
            }
        }
        findings.verify();
    }

    @Test
    void jdkPackagesOtherThanJavaAreImported() {
        // A missing import of javax.xml.parsers goes unnoticed on Kura's launcher and fails on Felix.
        Findings findings = new Findings("JDK packages outside java.* are imported");
        for (BundleFolder bundle : Checkout.here().builtBundles()) {
            if (bundle.isPortable()) {
                for (String name :
                        OSGiHeader.parseHeader(bundle.header("Import-Package")).keySet()) {
                    findings.check(
                            !name.startsWith("java."), bundle + " imports " + name + "; set -noimportjava: true");
                }
            }
        }
        findings.verify();
    }

    @Test
    void noPortableBundleUsesGsonBeyondTheVersionOfKura() {
        // The import range admits 2.9; that the code does is shown here. Names from comparing 2.9.1 with 2.15.0.
        Findings findings = new Findings("nothing of Gson that came after 2.9");
        int seen = 0;
        for (BundleFolder bundle : Checkout.here().bundles()) {
            if (bundle.isPortable()) {
                for (JavaClass type : bundle.ownClasses()) {
                    for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                        String owner = call.getTargetOwner().getName();
                        seen += owner.startsWith(GSON) ? 1 : 0;
                        findings.check(!isNewGson(owner, call), bundle + ": " + call.getDescription());
                    }
                }
            }
        }
        findings.verify();
        assertTrue(seen > 0, "no call of Gson seen; the classes were not read");
    }

    private static boolean isNewGson(String owner, JavaMethodCall call) {
        String method = owner.substring(owner.lastIndexOf('.') + 1) + "#" + call.getName();
        boolean hasTypeToken = call.getTarget().getRawParameterTypes().stream()
                .anyMatch(t -> t.getName().equals(GSON + "reflect.TypeToken"));
        return owner.startsWith(GSON)
                && (NEW_GSON_TYPES.contains(owner)
                        || NEW_GSON_METHODS.contains(method)
                        || (method.equals("Gson#fromJson") && hasTypeToken));
    }

    @ParameterizedTest(name = "refused: {0}")
    @ValueSource(
            strings = {
                "Import-Package: javax.servlet;version=\"[4,5)\"",
                "Import-Package: jakarta.servlet",
                "Import-Package: javax.ws.rs;version=\"[2.1,3)\"",
                "Import-Package: org.slf4j;version=\"[2.0,3)\"",
                "Import-Package: org.osgi.util.converter",
                "Import-Package: org.osgi.service.component;version=\"[1.5,2)\"",
                "Import-Package: com.google.gson;version=\"[2.15,3)\"",
                "Import-Package: org.apache.karaf.shell.api.action",
                "Require-Capability: osgi.extender;filter:=\"(&(osgi.extender=osgi.component)(version>=1.5.0)"
                        + "(!(version>=2.0.0)))\"",
                "Require-Capability: osgi.contract;osgi.contract=JavaServlet;filter:=\"(osgi.contract=JavaServlet)\"",
                "Require-Capability: osgi.extender;filter:=\"(osgi.extender=osgi.serviceloader.processor)\"",
                "Require-Capability: osgi.service;filter:=\"(objectClass=x.Y)\"",
                "Require-Capability: osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=21))\""
            })
    void theModelRefusesWhatKuraRefuses(String header) throws Exception {
        Resource bundle = synthetic(header);
        Resource kura = KuraModel.resource();
        assertThrows(ResolutionException.class, () -> ModelResolution.resolve(List.of(bundle), List.of(), kura));
    }

    @ParameterizedTest(name = "accepted: {0}")
    @ValueSource(
            strings = {
                "Import-Package: javax.servlet;version=\"[4,5)\";resolution:=optional",
                "Import-Package: org.slf4j;version=\"[1.7,3)\"",
                "Import-Package: com.google.gson;version=\"[2.9,3)\"",
                "Import-Package: javax.xml.parsers,org.w3c.dom",
                "Require-Capability: osgi.extender;filter:=\"(&(osgi.extender=osgi.component)(version>=1.3.0)"
                        + "(!(version>=2.0.0)))\"",
                "Require-Capability: osgi.service;filter:=\"(objectClass=x.Y)\";effective:=active",
                "Require-Capability: osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=17))\""
            })
    void theModelAcceptsWhatKuraAccepts(String header) throws Exception {
        Resource bundle = synthetic(header);
        Resource kura = KuraModel.resource();
        assertDoesNotThrow(() -> ModelResolution.resolve(List.of(bundle), List.of(), kura));
    }

    private static Map<BundleFolder, Resource> portable() throws Exception {
        Map<BundleFolder, Resource> portable = new LinkedHashMap<>();
        for (BundleFolder bundle : Checkout.here().builtBundles()) {
            if (bundle.isPortable()) {
                portable.put(bundle, resource(bundle.manifest()));
            }
        }
        assertTrue(portable.size() > 10, "only " + portable.size() + " portable bundles found");
        return portable;
    }

    private static Resource synthetic(String header) throws Exception {
        // A manifest line holds at most 72 bytes; longer ones go on after a space.
        String folded = header.replaceAll("(.{60})", "$1\r\n ");
        String text = "Manifest-Version: 1.0\r\nBundle-ManifestVersion: 2\r\nBundle-SymbolicName: synthetic\r\n"
                + "Bundle-Version: 1.0.0\r\n" + folded + "\r\n\r\n";
        return resource(new Manifest(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))));
    }

    private static Resource resource(Manifest manifest) throws Exception {
        ResourceBuilder builder = new ResourceBuilder();
        builder.addManifest(Domain.domain(manifest));
        return builder.build();
    }
}
