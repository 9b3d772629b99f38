/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** Other versions of a driver's bundle that the distribution has. */
final class DriverJar {

    private final Path original;

    private DriverJar(Path original) {
        this.original = original;
    }

    /** Finds the bundle {@code name} of an unpacked distribution. */
    static DriverJar of(Path home, String name) throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("system/io/bascule/" + name))) {
            return new DriverJar(files.filter(f -> f.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("the distribution has no " + name)));
        }
    }

    /** Writes it under another version, without the entries that begin with one of {@code missing}. */
    Path write(Path file, String version, String... missing) throws IOException {
        try (JarFile jar = new JarFile(original.toFile())) {
            Manifest manifest = jar.getManifest();
            Attributes main = manifest.getMainAttributes();
            String old = main.getValue("Bundle-Version");
            main.putValue("Bundle-Version", version);
            String capability = main.getValue("Provide-Capability");
            if (!capability.contains(old)) {
                throw new IOException(original + " does not name its version " + old + " in " + capability);
            }
            main.putValue("Provide-Capability", capability.replace(old, version));
            try (OutputStream out = Files.newOutputStream(file);
                    JarOutputStream copy = new JarOutputStream(out, manifest)) {
                for (JarEntry entry : Collections.list(jar.entries())) {
                    boolean isLeftOut = entry.getName().equals(JarFile.MANIFEST_NAME)
                            || List.of(missing).stream().anyMatch(entry.getName()::startsWith);
                    if (!isLeftOut) {
                        copy.putNextEntry(new JarEntry(entry.getName()));
                        try (InputStream in = jar.getInputStream(entry)) {
                            in.transferTo(copy);
                        }
                    }
                }
            }
        }
        return file;
    }
}
