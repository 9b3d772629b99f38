/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
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

    /** What is known to be inside jars of others, by the beginning of its path, and what the list has to say about it. */
    private static final Map<String, List<String>> HELD = Map.ofEntries(
            Map.entry("com/dylibso/chicory/", List.of("Chicory", "Apache-2.0")),
            Map.entry("org/objectweb/asm/", List.of("ASM", "BSD-3-Clause")),
            Map.entry("aQute/", List.of("bnd", "Apache-2.0")),
            Map.entry("org/eclipse/jetty/", List.of("Jetty", "Apache-2.0")),
            Map.entry("org/eclipse/equinox/", List.of("Equinox", "EPL-1.0")),
            Map.entry("com/fasterxml/jackson/", List.of("Jackson", "Apache-2.0")),
            Map.entry("org/eclipse/paho/mqttv5/", List.of("Paho", "EPL-2.0")),
            Map.entry("artemis-server-", List.of("Artemis", "Netty", "EPL-2.0")),
            Map.entry("org/slf4j/", List.of("SLF4J", "MIT")),
            Map.entry("org/kxml2/", List.of("kXML", "MIT")),
            Map.entry("org/sqlite/", List.of("SQLite", "BSD-2-Clause")),
            Map.entry("res/lib/jquery", List.of("jQuery", "MIT")));

    @TempDir
    static Path home;

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        Gateway.unpack(home);
    }

    @Test
    void everyShippedJarIsListedWithItsLicenceAndNothingElseIs() throws IOException {
        Set<String> shipped = new TreeSet<>();
        for (Path jar : jars()) {
            shipped.add(nameOf(jar));
        }
        assertEquals(shipped, rows().keySet(), "licenses/README.md lists what is shipped");
    }

    @Test
    void everyJarHasALicenceAndEveryLicenceItsText() throws IOException {
        for (Map.Entry<String, String> row : rows().entrySet()) {
            List<String> licences = Stream.of(row.getValue().split("[,;]", -1))
                    .map(String::trim)
                    .filter(part -> LICENCE.matcher(part).matches())
                    .toList();
            assertFalse(licences.isEmpty(), row + " names no licence");
            for (String licence : licences) {
                Path text = home.resolve("licenses/" + licence + ".txt");
                assertTrue(Files.exists(text) && Files.size(text) > 900, text + " for: " + row);
            }
        }
        for (String file : new String[] {"LICENSE", "NOTICE", "demo/LICENSE-nab.txt"}) {
            assertTrue(Files.exists(home.resolve(file)), file);
        }
    }

    @Test
    void codeOfOthersInsideAJarIsNamedWithItsLicence() throws IOException {
        Map<String, String> rows = rows();
        Set<String> met = new TreeSet<>();
        for (Path jar : jars()) {
            String row = rows.getOrDefault(nameOf(jar), "");
            try (JarFile file = new JarFile(jar.toFile())) {
                for (Map.Entry<String, List<String>> held : HELD.entrySet()) {
                    if (file.stream().anyMatch(entry -> entry.getName().startsWith(held.getKey()))) {
                        met.add(held.getKey());
                        held.getValue()
                                .forEach(word -> assertTrue(
                                        row.contains(word), jar.getFileName() + " has " + held.getKey() + ": " + row));
                    }
                }
            }
        }
        assertEquals(HELD.keySet(), met, "each is somewhere, or the test looks for the wrong thing");
    }

    private static Map<String, String> rows() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        for (String line : Files.readAllLines(home.resolve("licenses/README.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && !row.group(1).equals("jar")) {
                rows.put(row.group(1), row.group(2));
            }
        }
        return rows;
    }

    private static List<Path> jars() throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }

    private static String nameOf(Path jar) {
        String name = jar.getFileName().toString();
        Matcher matcher = JAR.matcher(name);
        return matcher.matches() ? matcher.group(1) : name;
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
