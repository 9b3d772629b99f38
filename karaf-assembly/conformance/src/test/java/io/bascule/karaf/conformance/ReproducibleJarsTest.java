/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** The same sources give the same bytes: nothing in a jar says when, where or by whom it was built. */
class ReproducibleJarsTest {

    /** Headers whose value depends on the moment or the machine. {@code Build-Jdk} holds a patch level, its Spec does not. */
    private static final List<String> BANNED_HEADERS = List.of(
            "Bnd-LastModified", "Built-By", "Build-Jdk", "Build-Time", "Build-Date", "Build-Host", "Build-Timestamp");

    // Twelve digits and more are a date with a time or milliseconds since 1970; a digest has letters in it.
    private static final Pattern TIMESTAMP = Pattern.compile("(?<![0-9a-fA-F])\\d{12,17}(?![0-9a-fA-F])");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}");

    /** {@code project.build.outputTimestamp} of cnf/parent. */
    private static final Instant BUILD_TIME = outputTimestamp();

    @Test
    void manifestsSayNothingAboutTheBuild() {
        Findings findings = new Findings("manifests are the same on every machine and at every time");
        for (BundleFolder bundle : Checkout.here().builtBundles()) {
            Attributes main = bundle.manifest().getMainAttributes();
            for (Map.Entry<Object, Object> header : main.entrySet()) {
                String name = header.getKey().toString();
                String value = header.getValue().toString();
                findings.check(!BANNED_HEADERS.contains(name), bundle + ": manifest has " + name + ": " + value);
                boolean hasTime =
                        TIMESTAMP.matcher(value).find() || DATE.matcher(value).find();
                findings.check(!hasTime, bundle + ": manifest header " + name + " holds a time: " + value);
            }
        }
        findings.verify();
    }

    @Test
    void entriesHaveTheTimeThatTheParentSets() throws IOException {
        Findings findings = new Findings("jar entries have the time of project.build.outputTimestamp, " + BUILD_TIME);
        LocalDateTime expected = LocalDateTime.ofInstant(BUILD_TIME, ZoneOffset.UTC);
        for (BundleFolder bundle : Checkout.here().builtBundles()) {
            try (ZipFile jar = new ZipFile(bundle.jar().toFile())) {
                Enumeration<? extends ZipEntry> entries = jar.entries();
                while (entries.hasMoreElements()) {
                    ZipEntry entry = entries.nextElement();
                    findings.check(
                            entry.getTimeLocal().equals(expected),
                            bundle + ": " + entry.getName() + " has time " + entry.getTimeLocal());
                }
            }
        }
        findings.verify();
    }

    @Test
    void snapshotVersionsHoldNoTime() {
        Findings findings = new Findings("Bundle-Version of a snapshot ends in SNAPSHOT, not in a time");
        for (BundleFolder bundle : Checkout.here().builtBundles()) {
            String version = bundle.header("Bundle-Version");
            findings.check(
                    version.matches("\\d+\\.\\d+\\.\\d+(\\.SNAPSHOT)?"), bundle + ": Bundle-Version is " + version);
        }
        findings.verify();
    }

    private static Instant outputTimestamp() {
        Checkout checkout = Checkout.here();
        String time = Checkout.elements(
                        Checkout.xml(checkout.root().resolve(Poms.PARENT)), "project.build.outputTimestamp")
                .get(0)
                .getTextContent()
                .trim();
        return Instant.parse(time);
    }
}
