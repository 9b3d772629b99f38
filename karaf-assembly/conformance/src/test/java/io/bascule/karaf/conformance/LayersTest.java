/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may use whom, read from the compiled classes of every bundle: INV-12. */
class LayersTest {

    private static final String PRODUCT = "io.bascule.";

    /**
     * What a contract may mention: the JDK's base and its TLS, other contracts, and annotations that are gone at run time, those of
     * components among them: for DriverComponent, which drivers extend.
     */
    private static final List<String> ALLOWED_IN_API = List.of(
            "java.",
            "javax.net.ssl.",
            PRODUCT + "api.",
            "org.osgi.annotation.",
            "org.osgi.service.component.annotations.",
            "org.jspecify.annotations.",
            "com.google.errorprone.");

    /** What only {@code bundles/access} may use: HTTP, JAX-RS and Karaf are not there on Eclipse Kura. */
    private static final List<String> ACCESS_ONLY = List.of(
            "javax.servlet.",
            "jakarta.servlet.",
            "javax.ws.rs.",
            "jakarta.ws.rs.",
            "org.osgi.service.http.",
            "org.osgi.service.servlet.",
            "org.osgi.service.jaxrs.",
            "org.osgi.service.jakartars.",
            "com.sun.net.httpserver.",
            "org.apache.karaf.");

    // Put together from parts because SourcesTest bans the word.
    private static final String CHICORY = "com." + "dylibso.";

    private static final String CHICORY_HOME = "io.bascule.wasm.engine.chicory";

    @ParameterizedTest(name = "{0} imports {1}: {2}")
    @CsvSource({
        "io.bascule.core.flow, io.bascule.api.flow.spi, true",
        "io.bascule.core.flow.Inner, io.bascule.core.flow, true",
        "io.bascule.core.flow, io.bascule.core.channel, false",
        "io.bascule.core.flow, io.bascule.driver.replay, false",
        "io.bascule.core.flow, io.bascule.wasm.engine, false",
        "io.bascule.core.flow, io.bascule.testkit, false",
        "io.bascule.driver.replay, io.bascule.driver.simulator, false",
        "io.bascule.driver.replay, io.bascule.wasm.abi, false",
        "io.bascule.driver.replay, io.bascule.core.channel, true",
        "io.bascule.driver.mqtt, io.bascule.protocol.mqtt, true",
        "io.bascule.protocol.mqtt, io.bascule.core.channel, false",
        "io.bascule.samples.average, io.bascule.api.module.spi, true",
        "io.bascule.samples.average, io.bascule.driver.replay, false",
        "io.bascule.access.shell, io.bascule.core.flow, true",
        "io.bascule.access.shell, io.bascule.access.rest, false",
        "io.bascule.api.security, io.bascule.api.channel, false",
        "io.bascule.api.channel, io.bascule.api.security, true",
        "io.bascule.api.flow, io.bascule.api.module, false",
        "io.bascule.api.module, io.bascule.api.channel, true",
        "io.bascule.wasm.abi, io.bascule.wasm.engine, false",
        "io.bascule.wasm.extender, io.bascule.wasm.abi, true",
        "io.bascule.wasm.engine, io.bascule.wasm.capabilities, false",
        "io.bascule.wasm.engine, io.bascule.karaf.itests, false",
        "io.bascule.karaf.itests, io.bascule.karaf.benchmarks, true"
    })
    void theRuleSaysWhoMayImportWhom(String from, String to, boolean isAllowed) {
        assertEquals(isAllowed, Layer.mayImport(from, to));
    }

    @Test
    void importsPointToLowerLayersOnlyAndNeverToSiblings() {
        Findings findings =
                new Findings("imports point to a lower layer; siblings meet in an API (docs/architecture.md)");
        int seen = 0;
        for (BundleFolder bundle : Checkout.here().bundles()) {
            if (bundle.isTestkit()) {
                continue;
            }
            for (Dependency use : uses(bundle, target -> target.startsWith(PRODUCT))) {
                seen++;
                String from = use.getOriginClass().getPackageName();
                String to = use.getTargetClass().getBaseComponentType().getPackageName();
                findings.check(Layer.mayImport(from, to), from + " uses " + to + ": " + use.getDescription());
            }
        }
        findings.verify();
        assertTrue(seen > 100, "only " + seen + " uses seen; the classes were not read");
    }

    @Test
    void contractsMentionNothingButTheJdkAndOtherContracts() {
        Findings findings = new Findings("API bundles have no third-party type, component or framework type");
        for (BundleFolder bundle : Checkout.here().bundles()) {
            if (bundle.isApi()) {
                for (Dependency use : uses(bundle, t -> ALLOWED_IN_API.stream().noneMatch(t::startsWith))) {
                    findings.add(bundle + ": " + use.getDescription());
                }
            }
        }
        findings.verify();
    }

    @Test
    void onlyAccessBundlesKnowHttpAndKaraf() {
        Findings findings = new Findings("HTTP, JAX-RS and Karaf types are used by bundles/access only");
        for (BundleFolder bundle : Checkout.here().bundles()) {
            if (bundle.isPortable()) {
                for (Dependency use : uses(bundle, t -> ACCESS_ONLY.stream().anyMatch(t::startsWith))) {
                    findings.add(bundle + ": " + use.getDescription());
                }
            }
        }
        findings.verify();
    }

    @Test
    void theContractAndTheEngineKnowNoOsgiAndOnlyTheEngineKnowsChicory() {
        Findings findings = new Findings("abi and engine use no OSGi; Chicory and ASM stay inside " + CHICORY_HOME);
        for (BundleFolder bundle : Checkout.here().bundles()) {
            boolean isPlain = bundle.path().equals("wasm-bundle-bridge/abi")
                    || bundle.path().equals("wasm-bundle-bridge/engine");
            Predicate<String> isOsgi = t -> t.startsWith("org.osgi.") && !t.startsWith("org.osgi.annotation.");
            for (Dependency use : uses(bundle, t -> isPlain && isOsgi.test(t))) {
                findings.add(bundle + ": " + use.getDescription());
            }
            if (bundle.isTestkit()) {
                // Assembles WASM fixtures from text.
                continue;
            }
            for (Dependency use : uses(bundle, t -> t.startsWith(CHICORY) || t.startsWith("org.objectweb.asm."))) {
                boolean isHome = use.getOriginClass().getPackageName().startsWith(CHICORY_HOME);
                findings.check(isHome, bundle + ": " + use.getDescription());
            }
        }
        findings.verify();
    }

    @Test
    void testkitKnowsContractsOnlyAndNoBundleKnowsTestkit() {
        Findings findings = new Findings("testkit is for tests: it uses contracts, and no bundle's own code uses it");
        for (BundleFolder bundle : Checkout.here().bundles()) {
            Predicate<String> isForbidden = bundle.isTestkit()
                    ? t -> t.startsWith(PRODUCT)
                            && !t.startsWith(PRODUCT + "api.")
                            && !t.startsWith(PRODUCT + "testkit.")
                    : t -> t.startsWith(PRODUCT + "testkit.");
            for (Dependency use : uses(bundle, isForbidden)) {
                findings.add(bundle + ": " + use.getDescription());
            }
        }
        findings.verify();
    }

    @Test
    void classesOfABundleAreInItsRootPackage() {
        Findings findings =
                new Findings("a bundle's classes are in the package that its folder names, or below; beside them "
                        + "only what bundles/protocol shares");
        for (BundleFolder bundle : Checkout.here().bundles()) {
            for (JavaClass type : bundle.ownClasses()) {
                boolean isInside = (type.getPackageName() + ".").startsWith(bundle.name() + ".");
                boolean isShared = Layer.of(type.getPackageName()).equals(Optional.of(Layer.PROTOCOL));
                findings.check(isInside || isShared, bundle + ": " + type.getName() + " is not in " + bundle.name());
            }
        }
        findings.verify();
    }

    private static List<Dependency> uses(BundleFolder bundle, Predicate<String> isWanted) {
        List<Dependency> uses = new ArrayList<>();
        for (JavaClass type : bundle.ownClasses()) {
            for (Dependency use : type.getDirectDependenciesFromSelf()) {
                JavaClass target = use.getTargetClass().getBaseComponentType();
                if (!target.isPrimitive() && isWanted.test(target.getName())) {
                    uses.add(use);
                }
            }
        }
        return uses;
    }
}
