/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** docs/reference says what the bundles offer: no more, no less, and with the same defaults. */
class ReferenceTest {

    private static final Checkout CHECKOUT = Checkout.here();
    private static final String CONFIGURATION = "docs/reference/configuration.md";
    private static final String FLOW = "docs/reference/flow.md";
    private static final String STAGE_TYPE = "bascule.stage.type";
    private static final String STAGE_FACTORY = "io.bascule.api.flow.spi.StageFactory";
    private static final Set<String> NUMBERS = Set.of("Integer", "Long", "Double", "Float", "Short", "Byte");

    @Test
    void configurationIsDocumentedWithItsDefaults() {
        Findings findings = new Findings(CONFIGURATION + ": a section '## <PID>' with a row for every attribute");
        Map<String, ReferenceTable> documented = ReferenceTable.read(text(CONFIGURATION), "io.bascule.");
        Map<String, Element> definitions = definitions();
        definitions.forEach((pid, ocd) -> {
            ReferenceTable table = documented.get(pid);
            if (table == null) {
                return;
            }
            Set<String> rows = new TreeSet<>(table.names());
            for (Element attribute : Checkout.elements(ocd, "AD")) {
                String id = attribute.getAttribute("id");
                if (!rows.remove(id)) {
                    findings.add(pid + ": attribute " + id + " has no row");
                    continue;
                }
                String value =
                        ReferenceTable.plain(attribute.getAttribute("default").replaceAll("\\\\(.)", "$1"));
                String written = table.defaultOf(id);
                findings.check(
                        isSame(written, value, attribute.getAttribute("type")),
                        pid + ": default of " + id + " is '" + value + "'; written: '" + written + "'");
            }
            findings.check(rows.isEmpty(), pid + ": rows without an attribute: " + rows);
        });
        Set<String> known = new TreeSet<>(definitions.keySet());
        known.addAll(pidsOfComponents());
        known.removeAll(pidsOfSamples());
        for (String pid : documented.keySet()) {
            findings.check(known.contains(pid), "section '## " + pid + "' is about no PID of any bundle");
        }
        for (String pid : known) {
            findings.check(documented.containsKey(pid), "no section '## " + pid + "', which a component reads");
        }
        findings.verify();
    }

    @Test
    void everyAttributeSaysWhatItIsAndItsRange() {
        Findings findings =
                new Findings("metatype attributes have a name, a description, and numbers a minimum and maximum");
        definitions().forEach((pid, ocd) -> {
            findings.check(!ocd.getAttribute("description").isBlank(), pid + " has no description");
            for (Element attribute : Checkout.elements(ocd, "AD")) {
                String id = pid + ": " + attribute.getAttribute("id");
                findings.check(!attribute.getAttribute("name").isBlank(), id + " has no name");
                findings.check(!attribute.getAttribute("description").isBlank(), id + " has no description");
                boolean isBounded = !attribute.getAttribute("min").isEmpty()
                        && !attribute.getAttribute("max").isEmpty();
                boolean hasOptions = !Checkout.elements(attribute, "Option").isEmpty();
                findings.check(
                        isBounded || hasOptions || !NUMBERS.contains(attribute.getAttribute("type")),
                        id + " is a number; it needs both min and max");
            }
        });
        findings.verify();
    }

    @Test
    void everyStageTypeIsDocumented() {
        Findings findings =
                new Findings(FLOW + ": a section '### <stage type>' or '## <stage type>' for every stage type");
        Set<String> types = StageTypes.of(CHECKOUT, STAGE_FACTORY, STAGE_TYPE, findings);
        Set<String> documented = new TreeSet<>();
        Pattern heading = Pattern.compile("#{2,4} +`?([a-z0-9-]+)`?");
        text(FLOW).lines().forEach(line -> {
            var matcher = heading.matcher(line.trim());
            if (matcher.matches()) {
                documented.add(matcher.group(1));
            }
        });
        for (String type : types) {
            findings.check(documented.contains(type), "stage type " + type + " has no section");
        }
        findings.verify();
        assertTrue(!types.isEmpty(), "no stage type found in any bundle");
    }

    @Test
    void aTableIsReadAsItIsWritten() {
        String text = """
                # Configuration

                ## `io.bascule.a`

                Words | with a bar.

                | Attribute | Type | Default | Meaning |
                |---|---|---|---|
                | `x.y` | int | `10` | ms; \\| is escaped |
                | `z` | text | - | none |

                ## Other

                | a | b |
                |---|---|
                | c | d |
                """;
        Map<String, ReferenceTable> tables = ReferenceTable.read(text, "io.bascule.");
        assertEquals(Set.of("io.bascule.a"), tables.keySet());
        ReferenceTable table = tables.get("io.bascule.a");
        assertEquals(Set.of("x.y", "z"), table == null ? Set.of() : table.names());
        assertEquals("10", table == null ? "" : table.defaultOf("x.y"));
        assertEquals("", table == null ? "" : table.defaultOf("z"));
    }

    /** Compares as text, and numbers by value: 1 is 1.0. Metatype escapes commas and spaces with a backslash. */
    private static boolean isSame(String written, String value, String type) {
        if (NUMBERS.contains(type) && !written.isEmpty() && !value.isEmpty()) {
            try {
                return new BigDecimal(written).compareTo(new BigDecimal(value)) == 0;
            } catch (NumberFormatException e) {
                // A list of numbers, or not a number at all: the text decides.
                return written.equals(value);
            }
        }
        return written.equals(value);
    }

    /** Returns PID to object class definition, from what bnd generated. */
    private static Map<String, Element> definitions() {
        Map<String, Element> found = new TreeMap<>();
        for (BundleFolder bundle : CHECKOUT.bundles()) {
            for (Path file : xmlFiles(bundle.classes().resolve("OSGI-INF/metatype"))) {
                Document xml = Checkout.xml(file);
                for (Element designate : Checkout.elements(xml, "Designate")) {
                    String pid = designate.getAttribute("factoryPid");
                    String key = pid.isEmpty() ? designate.getAttribute("pid") : pid;
                    Element reference = Checkout.elements(designate, "Object").get(0);
                    for (Element ocd : Checkout.elements(xml, "OCD")) {
                        if (ocd.getAttribute("id").equals(reference.getAttribute("ocdref"))) {
                            found.put(key, ocd);
                        }
                    }
                }
            }
        }
        return found;
    }

    private static Set<String> pidsOfComponents() {
        return pidsOf(CHECKOUT.bundles());
    }

    /** A module's configuration is described by the module, WASM or native, and not by this gateway's reference. */
    private static Set<String> pidsOfSamples() {
        return pidsOf(CHECKOUT.bundles().stream().filter(BundleFolder::isSample).toList());
    }

    private static Set<String> pidsOf(List<BundleFolder> bundles) {
        Set<String> pids = new TreeSet<>();
        for (BundleFolder bundle : bundles) {
            for (Path file : xmlFiles(bundle.classes().resolve("OSGI-INF"))) {
                for (Element component : Checkout.elements(Checkout.xml(file), "component")) {
                    for (String pid :
                            component.getAttribute("configuration-pid").split(" ", -1)) {
                        if (!pid.isEmpty()) {
                            pids.add(pid);
                        }
                    }
                }
            }
        }
        return pids;
    }

    static List<Path> xmlFiles(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(p -> p.toString().endsWith(".xml")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static String text(String path) {
        if (!CHECKOUT.has(path)) {
            throw new AssertionError(path + " is missing");
        }
        return CHECKOUT.text(path);
    }
}
