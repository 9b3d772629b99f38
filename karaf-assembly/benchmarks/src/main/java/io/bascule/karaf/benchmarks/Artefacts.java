/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the benchmarks find what they measure. */
final class Artefacts {

    private Artefacts() {}

    /** Returns the project's folder: the nearest folder upwards that holds the Maven wrapper. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(folder.resolve("mvnw"))) {
            Path parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException("run this inside the project: no folder above "
                        + Path.of("").toAbsolutePath() + " holds mvnw");
            }
            folder = parent;
        }
        return folder;
    }

    static byte[] kernels() throws IOException {
        return sample("kernels", "1.0.0");
    }

    static byte[] sample(String name, String version) throws IOException {
        return Files.readAllBytes(
                root().resolve("wasm-bundle-bridge/samples/" + name + "/" + name + "-" + version + ".wasm"));
    }
}
