/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.configuration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.bascule.testkit.Await;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The bundle in a real framework with Felix ConfigAdmin and SCR; the environment is set by the pom. */
class EnvironmentInFrameworkTest {

    private static final String PROBE = "io.bascule.probe";
    private static final String FLEET = "io.bascule.fleet";
    private static final List<String> JARS = List.of(
            "org.osgi.util.function",
            "org.osgi.util.promise",
            "org.osgi.service.component",
            "org.apache.felix.configadmin",
            "org.apache.felix.scr");

    @TempDir
    private Path storage;

    private Framework framework;

    @BeforeEach
    void start() throws BundleException {
        Map<String, String> settings = new HashMap<>();
        settings.put(Constants.FRAMEWORK_STORAGE, storage.toString());
        settings.put("felix.log.level", "0");
        settings.put(
                Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "org.slf4j;version=1.7.36,org.osgi.service.cm;version=1.6.1");
        settings.put(Constants.FRAMEWORK_BOOTDELEGATION, "org.slf4j.*");
        framework = ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(settings);
        framework.start();
        for (String jar : JARS) {
            framework.getBundleContext().installBundle("file:" + jar(jar));
        }
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            bundle.start();
        }
    }

    @AfterEach
    void stop() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(10_000);
    }

    private static String jar(String name) {
        for (String path : System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
            if (Path.of(path).getFileName().toString().startsWith(name + "-")) {
                return path;
            }
        }
        throw new IllegalStateException("the test needs " + name + " on its class path");
    }

    private void startOurs() throws BundleException {
        framework
                .getBundleContext()
                .installBundle("reference:file:" + Path.of("target/classes").toAbsolutePath())
                .start();
    }

    /** Starts a bundle with a component for one PID and one for a factory PID, and a metatype file for both. */
    private void startProbe() throws BundleException, IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "probe");
        main.putValue("Service-Component", "OSGI-INF/one.xml, OSGI-INF/many.xml");
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            put(jar, "OSGI-INF/one.xml", component(PROBE, "optional").getBytes(StandardCharsets.UTF_8));
            put(jar, "OSGI-INF/many.xml", component(FLEET, "require").getBytes(StandardCharsets.UTF_8));
            put(
                    jar,
                    "OSGI-INF/metatype/probe.xml",
                    ("<MetaData xmlns='http://www.osgi.org/xmlns/metatype/v1.4.0'><Designate pid='" + PROBE
                                    + "'/><Designate factoryPid='" + FLEET + "'/></MetaData>")
                            .getBytes(StandardCharsets.UTF_8));
            String type = Probe.class.getName().replace('.', '/') + ".class";
            try (InputStream in =
                    Objects.requireNonNull(Probe.class.getClassLoader().getResourceAsStream(type))) {
                put(jar, type, in.readAllBytes());
            }
        }
        framework
                .getBundleContext()
                .installBundle("probe", new ByteArrayInputStream(bytes.toByteArray()))
                .start();
    }

    private static void put(JarOutputStream jar, String name, byte[] content) throws IOException {
        jar.putNextEntry(new ZipEntry(name));
        jar.write(content);
        jar.closeEntry();
    }

    private static String component(String pid, String policy) {
        return "<scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.3.0' name='" + pid
                + "' configuration-policy='" + policy + "' modified='run'>"
                + "<property name='greeting' value='default'/><property name='batchSize' value='1'/>"
                + "<implementation class='" + Probe.class.getName() + "'/>"
                + "<service><provide interface='java.lang.Runnable'/></service></scr:component>";
    }

    private ConfigurationAdmin admin() {
        return Objects.requireNonNull(framework
                .getBundleContext()
                .getService(framework.getBundleContext().getServiceReference(ConfigurationAdmin.class)));
    }

    /** What the components of the probe bundle are configured with: {@code greeting/batchSize}. */
    private List<String> seen(String component) {
        try {
            List<String> seen = new ArrayList<>();
            for (ServiceReference<Runnable> reference : framework
                    .getBundleContext()
                    .getServiceReferences(Runnable.class, "(component.name=" + component + ")")) {
                seen.add(reference.getProperty("greeting") + "/" + reference.getProperty("batchSize"));
            }
            return seen;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitSeen(String component, String expected) {
        Await.until(component + " to see " + expected + ", now " + seen(component), () -> seen(component)
                .equals(List.of(expected)));
    }

    private static void update(Configuration configuration, Map<String, Object> properties) {
        try {
            configuration.update(FrameworkUtil.asDictionary(properties));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aPidWithoutAFileIsSetByTheEnvironment() throws Exception {
        startOurs();
        startProbe();
        awaitSeen(PROBE, "from the environment/7");
        // No value of the environment is stored.
        Configuration made = admin().getConfiguration(PROBE, "?");
        assertNull(made.getProperties().get("greeting"));
        assertEquals("environment", made.getProperties().get(EnvironmentConfigurations.MARK));
    }

    @Test
    void theEnvironmentWinsOverAFileAndOtherKeysOfTheFileHoldWithoutARestart() throws Exception {
        startProbe();
        Configuration file = admin().getConfiguration(PROBE, "?");
        update(file, Map.of("greeting", "from the file"));
        awaitSeen(PROBE, "from the file/1");
        // The bundle comes late and still reaches what was handed out before.
        startOurs();
        awaitSeen(PROBE, "from the environment/7");
        update(file, Map.of("greeting", "from another file", "colour", "red"));
        Await.until(
                "the changed file",
                () -> framework.getBundleContext().getServiceReference(Runnable.class) != null
                        && "red"
                                .equals(framework
                                        .getBundleContext()
                                        .getServiceReference(Runnable.class)
                                        .getProperty("colour")));
        awaitSeen(PROBE, "from the environment/7");
        assertEquals("from another file", file.getProperties().get("greeting"));
    }

    @Test
    void anInstanceOfAFactoryIsSetByItsName() throws Exception {
        startOurs();
        startProbe();
        assertEquals(List.of(), seen(FLEET));
        update(admin().getFactoryConfiguration(FLEET, "demo", "?"), Map.of("greeting", "from the file"));
        awaitSeen(FLEET, "from the environment/1");
    }
}
