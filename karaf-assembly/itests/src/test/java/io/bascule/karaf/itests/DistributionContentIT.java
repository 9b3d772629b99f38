/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the distribution before anybody has started it. */
class DistributionContentIT {

    private static final Pattern JAR = Pattern.compile("(.*?)-\\d.*\\.jar");
    private static final Pattern ROW = Pattern.compile("\\| (\\S+) \\| ([^|]+) \\|");
    private static final Pattern LICENCE = Pattern.compile("[A-Z][A-Za-z]*-?[A-Za-z0-9.-]*");

    @TempDir
    static Path home;

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        Gateway.unpack(home);
    }

    @Test
    void everyShippedJarIsListedWithItsLicenceAndNothingElseIs() throws IOException {
        Set<String> shipped = new TreeSet<>();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".jar")) {
                    Matcher matcher = JAR.matcher(name);
                    shipped.add(matcher.matches() ? matcher.group(1) : name);
                }
            }
        }
        Set<String> listed = new TreeSet<>();
        for (String line : Files.readAllLines(home.resolve("licenses/README.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && !row.group(1).equals("jar")) {
                listed.add(row.group(1));
            }
        }
        assertEquals(shipped, listed, "licenses/README.md lists what is shipped");
    }

    @Test
    void everyLicenceThatIsNamedIsThereAsAText() throws IOException {
        for (String line : Files.readAllLines(home.resolve("licenses/README.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && !row.group(1).equals("jar")) {
                for (String part : row.group(2).split("[,;]", -1)) {
                    String licence = part.trim();
                    if (LICENCE.matcher(licence).matches()) {
                        Path text = home.resolve("licenses/" + licence + ".txt");
                        assertTrue(Files.exists(text) && Files.size(text) > 900, text + " for: " + line);
                    }
                }
            }
        }
        for (String file : new String[] {"LICENSE", "NOTICE", "demo/LICENSE-nab.txt"}) {
            assertTrue(Files.exists(home.resolve(file)), file);
        }
    }

    @Test
    void noRemoteRepositoryAndNoUserIsConfigured() throws IOException {
        for (String line : Files.readAllLines(home.resolve("etc/org.ops4j.pax.url.mvn.cfg"))) {
            assertFalse(!line.startsWith("#") && line.contains("http"), line);
        }
        for (String file : new String[] {"etc/users.properties", "etc/keys.properties"}) {
            for (String line : Files.readAllLines(home.resolve(file))) {
                assertTrue(line.startsWith("#") || line.isBlank() || line.startsWith("_g_"), file + ": " + line);
            }
        }
    }

    @Test
    void nothingNamesTheMachineThatBuiltIt() throws IOException {
        String work = System.getProperty("bascule.work");
        String checkout = work.substring(0, work.indexOf("/karaf-assembly/"));
        try (Stream<Path> files = Files.walk(home.resolve("etc"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(Files.readString(file).contains(checkout), file.toString());
            }
        }
    }
}
