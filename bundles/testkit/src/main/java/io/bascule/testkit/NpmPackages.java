/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The packages of Node.js that a test's peer is made of, as the package-lock.json of its folder says. Needs Node.js and npm 7 or newer,
 * which fetches them the first time. Safe for use by the threads of one process; two processes must not install into the same
 * folder at once, which Maven's order of modules sees to.
 */
public final class NpmPackages {

    private static final Duration BOUND = Duration.ofMinutes(5);
    private static final int ATTEMPTS = 3;

    private NpmPackages() {}

    /** Installs the packages of a folder unless they are there. Without them the test ends as {@link PeerProgram} says. */
    public static void install(Path folder) {
        PeerProgram.find("node", "nodejs npm");
        install(folder, List.of(PeerProgram.find("npm", "nodejs npm").toString()));
    }

    static synchronized void install(Path folder, List<String> npm) {
        List<String> command = new ArrayList<>(npm);
        command.addAll(List.of("ci", "--no-audit", "--no-fund", "--fetch-retries", "5"));
        for (int attempt = 1; !isInstalled(folder); attempt++) {
            try {
                PeerProgram.run(folder, BOUND, command);
                return;
            } catch (AssertionError failed) {
                // Registries fail now and then.
                PeerProgram.demand(
                        attempt < ATTEMPTS,
                        "these tests need the npm packages of " + folder + "; tried " + attempt + " times: "
                                + failed.getMessage());
            }
        }
    }

    /** npm writes this file when all the others are written. */
    static boolean isInstalled(Path folder) {
        Path written = folder.resolve("node_modules/.package-lock.json");
        try {
            return Files.exists(written)
                    && Files.getLastModifiedTime(written)
                                    .compareTo(Files.getLastModifiedTime(folder.resolve("package-lock.json")))
                            >= 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at the packages of " + folder, e);
        }
    }
}
