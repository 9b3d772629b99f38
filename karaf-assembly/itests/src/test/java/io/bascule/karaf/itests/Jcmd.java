/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Questions to a gateway's JVM that it answers whatever state its bundles are in. */
final class Jcmd {

    private Jcmd() {}

    /** Returns what {@code jcmd} prints for a command. */
    static String ask(Process gateway, String command) throws IOException {
        // By way of a file: a pipe that nobody reads would keep jcmd from ending, and one that is read has no bound.
        Path said = Files.createTempFile("jcmd", ".txt");
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            String.valueOf(gateway.pid()),
                            command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            boolean hasEnded = process.waitFor(30, TimeUnit.SECONDS);
            process.destroyForcibly();
            String text = Files.readString(said);
            if (!hasEnded || process.exitValue() != 0) {
                throw new AssertionError("jcmd " + command + ": " + text);
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } finally {
            Files.delete(said);
        }
    }
}
