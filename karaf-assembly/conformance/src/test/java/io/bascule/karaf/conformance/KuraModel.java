/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import aQute.bnd.osgi.resource.CapReqBuilder;
import aQute.bnd.osgi.resource.ResourceBuilder;
import java.lang.module.ModuleDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.resource.Resource;

/**
 * What Eclipse Kura 5.x offers to a bundle, as one resource: Equinox 3.16, Felix SCR 2.1.16, JRE 17. Only what was seen on a
 * real Kura is in here, at the versions seen there; what is absent there is absent here, such as the converter, servlet 4
 * and SPI Fly.
 */
final class KuraModel {

    /** Packages and versions that Kura's bundles and framework export. */
    private static final Map<String, String> PACKAGES = Map.ofEntries(
            Map.entry("org.osgi.framework", "1.10"),
            Map.entry("org.osgi.framework.dto", "1.8"),
            Map.entry("org.osgi.framework.hooks.bundle", "1.1"),
            Map.entry("org.osgi.framework.hooks.resolver", "1.0"),
            Map.entry("org.osgi.framework.hooks.service", "1.1"),
            Map.entry("org.osgi.framework.hooks.weaving", "1.1"),
            Map.entry("org.osgi.framework.launch", "1.2"),
            Map.entry("org.osgi.framework.namespace", "1.1"),
            Map.entry("org.osgi.framework.startlevel", "1.0"),
            Map.entry("org.osgi.framework.startlevel.dto", "1.0"),
            Map.entry("org.osgi.framework.wiring", "1.2"),
            Map.entry("org.osgi.framework.wiring.dto", "1.3"),
            Map.entry("org.osgi.dto", "1.1"),
            Map.entry("org.osgi.resource", "1.0"),
            Map.entry("org.osgi.resource.dto", "1.0"),
            Map.entry("org.osgi.service.url", "1.0"),
            Map.entry("org.osgi.service.packageadmin", "1.2"),
            Map.entry("org.osgi.service.startlevel", "1.1"),
            Map.entry("org.osgi.service.permissionadmin", "1.2"),
            Map.entry("org.osgi.service.component", "1.4"),
            Map.entry("org.osgi.service.component.runtime", "1.4"),
            Map.entry("org.osgi.service.component.runtime.dto", "1.4"),
            Map.entry("org.osgi.service.cm", "1.6"),
            Map.entry("org.osgi.service.metatype", "1.4"),
            Map.entry("org.osgi.service.event", "1.4"),
            Map.entry("org.osgi.service.log", "1.5"),
            Map.entry("org.osgi.util.tracker", "1.5.2"),
            Map.entry("org.osgi.util.promise", "1.1.1"),
            Map.entry("org.osgi.util.function", "1.1"),
            Map.entry("org.osgi.service.wireadmin", "1.0.1"),
            Map.entry("org.osgi.service.deploymentadmin", "1.1"),
            Map.entry("org.osgi.util.measurement", "1.0.1"),
            Map.entry("org.osgi.util.position", "1.0.1"),
            Map.entry("org.osgi.service.http", "1.2.1"),
            Map.entry("org.osgi.service.http.whiteboard", "1.1"),
            Map.entry("javax.servlet", "3.1"),
            Map.entry("javax.servlet.http", "3.1"),
            Map.entry("javax.ws.rs", "2.0.1"),
            Map.entry("javax.ws.rs.core", "2.0.1"),
            Map.entry("org.slf4j", "1.7.36"),
            Map.entry("org.slf4j.event", "1.7.36"),
            Map.entry("org.slf4j.helpers", "1.7.36"),
            Map.entry("org.slf4j.spi", "1.7.36"),
            Map.entry("org.apache.logging.log4j", "2.23.1"),
            Map.entry("com.google.gson", "2.9"),
            Map.entry("com.google.gson.annotations", "2.9"),
            Map.entry("com.google.gson.reflect", "2.9"),
            Map.entry("com.google.gson.stream", "2.9"));

    /** Contracts of the OSGi compendium that Kura's bundles declare to implement. */
    private static final Map<String, String> IMPLEMENTATIONS =
            Map.of("osgi.cm", "1.6", "osgi.metatype", "1.4", "osgi.event", "1.4", "osgi.http", "1.1");

    private static final List<Version> JAVA_VERSIONS = Stream.of(
                    "1.6", "1.7", "1.8", "9", "10", "11", "12", "13", "14", "15", "16", "17")
            .map(Version::valueOf)
            .toList();

    private static final String FRAMEWORK = "org.eclipse.osgi";
    private static final Version FRAMEWORK_VERSION = Version.valueOf("3.16");

    private KuraModel() {}

    /** Returns the gateway as one resource that provides everything and needs nothing. */
    static Resource resource() throws Exception {
        ResourceBuilder builder = new ResourceBuilder();
        CapReqBuilder identity = new CapReqBuilder("osgi.identity");
        identity.addAttribute("osgi.identity", FRAMEWORK);
        identity.addAttribute("type", "osgi.bundle");
        identity.addAttribute("version", FRAMEWORK_VERSION);
        builder.addCapability(identity);
        Map<String, String> packages = new TreeMap<>(PACKAGES);
        jdkPackages().forEach(name -> packages.putIfAbsent(name, "0.0.0"));
        for (Map.Entry<String, String> entry : packages.entrySet()) {
            CapReqBuilder exported = new CapReqBuilder(PackageNamespace.PACKAGE_NAMESPACE);
            exported.addAttribute(PackageNamespace.PACKAGE_NAMESPACE, entry.getKey());
            exported.addAttribute("version", Version.valueOf(entry.getValue()));
            exported.addAttribute("bundle-symbolic-name", FRAMEWORK);
            exported.addAttribute("bundle-version", FRAMEWORK_VERSION);
            builder.addCapability(exported);
        }
        for (Map.Entry<String, String> entry : IMPLEMENTATIONS.entrySet()) {
            builder.addCapability(versioned("osgi.implementation", entry.getKey(), entry.getValue()));
        }
        builder.addCapability(versioned("osgi.extender", "osgi.component", "1.4"));
        builder.addCapability(versioned("osgi.extender", "osgi.metatype", "1.4"));
        String ee = ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE;
        CapReqBuilder java = new CapReqBuilder(ee);
        java.addAttribute(ee, "JavaSE");
        java.addAttribute("version", JAVA_VERSIONS);
        builder.addCapability(java);
        return builder.build();
    }

    private static CapReqBuilder versioned(String namespace, String name, String version) throws Exception {
        CapReqBuilder capability = new CapReqBuilder(namespace);
        capability.addAttribute(namespace, name);
        capability.addAttribute("version", Version.valueOf(version));
        return capability;
    }

    /** The JDK's own packages but {@code java.*}, which every framework exports. */
    private static Set<String> jdkPackages() {
        return ModuleLayer.boot().modules().stream()
                .filter(m -> m.getName().startsWith("java.") || m.getName().startsWith("jdk."))
                .flatMap(m -> m.getDescriptor().exports().stream())
                .filter(e -> !e.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .filter(p -> !p.startsWith("java."))
                .collect(Collectors.toSet());
    }
}
