/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * The folder of one bundle and what was built in it.
 *
 * @param root the checkout
 * @param path the folder relative to it, with slashes
 */
record BundleFolder(Path root, String path) {

    /** The bundle that only tests use; it is in no feature. */
    static final String TESTKIT = "bundles/testkit";

    private static final Map<BundleFolder, JavaClasses> CLASSES = new ConcurrentHashMap<>();

    /** Returns artifactId, symbolic name and root package that belong to a folder. */
    static String nameOf(String folder) {
        String[] segments = folder.split("/", -1);
        String name =
                switch (segments[0]) {
                    case "bundles" -> tail(segments);
                    case "device-drivers" -> "driver." + tail(segments);
                    case "wasm-bundle-bridge" -> "wasm." + tail(segments);
                    case "karaf-assembly" -> "karaf." + tail(segments);
                    case "cnf" -> "cnf." + tail(segments);
                    case "features" -> "features";
                    default ->
                        throw new AssertionError(
                                "folder " + folder
                                        + " is in none of bundles, device-drivers, wasm-bundle-bridge, karaf-assembly, cnf, features");
                };
        return "io.bascule." + name;
    }

    private static String tail(String[] segments) {
        return String.join(".", List.of(segments).subList(1, segments.length));
    }

    String name() {
        return nameOf(path);
    }

    boolean isApi() {
        return path.startsWith("bundles/api/");
    }

    boolean isTestkit() {
        return path.equals(TESTKIT);
    }

    /** Returns whether the bundle is a module to learn from: its PID is its name, and its own README describes its settings. */
    boolean isSample() {
        return path.startsWith("bundles/samples/");
    }

    /** Returns whether the bundle must also run on Eclipse Kura: everything below {@code bundles/access}. */
    boolean isPortable() {
        return !path.startsWith("bundles/access/") && !path.startsWith("bundles/kura/") && !isTestkit();
    }

    /** Returns the folder of compiled classes. */
    Path classes() {
        return built("target/classes");
    }

    /** Returns the bundle's own classes; what bnd embedded from elsewhere obeys other rules. Read once for all tests. */
    JavaClasses ownClasses() {
        return CLASSES.computeIfAbsent(this, b -> new ClassFileImporter()
                .withImportOption(location -> !location.contains("package-info"))
                .importPath(b.classes().resolve("io/bascule")));
    }

    /** Returns whether there is a jar. */
    boolean isBuilt() {
        return !jars().isEmpty();
    }

    /** Returns the jar. */
    Path jar() {
        List<Path> jars = jars();
        if (jars.size() != 1) {
            throw new AssertionError("expected one " + name() + "-<version>.jar in " + path + "/target, found "
                    + jars.size() + "; " + buildHint());
        }
        return jars.get(0);
    }

    private List<Path> jars() {
        Path target = root.resolve(path).resolve("target");
        if (!Files.isDirectory(target)) {
            return List.of();
        }
        String start = name() + "-";
        try (Stream<Path> entries = Files.list(target)) {
            return entries.filter(p -> isMainJar(p.getFileName().toString(), start))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + target, e);
        }
    }

    private static boolean isMainJar(String file, String start) {
        return file.startsWith(start)
                && file.endsWith(".jar")
                && !file.endsWith("-tests.jar")
                && !file.endsWith("-sources.jar")
                && !file.endsWith("-javadoc.jar");
    }

    Manifest manifest() {
        Path jar = jar();
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            if (manifest == null) {
                throw new AssertionError(jar.getFileName() + " has no manifest; " + buildHint());
            }
            return manifest;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + jar, e);
        }
    }

    /** Returns a manifest header, empty when it is missing. */
    String header(String name) {
        String value = manifest().getMainAttributes().getValue(name);
        return value == null ? "" : value;
    }

    private Path built(String relative) {
        Path found = root.resolve(path).resolve(relative);
        if (!Files.isDirectory(found)) {
            throw new AssertionError(path + "/" + relative + " is missing; " + buildHint());
        }
        return found;
    }

    private String buildHint() {
        return "build it first: ./mvnw -q -pl " + path + " install -Dquick (or everything: ./mvnw -q install -Dquick)";
    }

    @Override
    public String toString() {
        return path;
    }
}
