/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Packages and contracts say what they are for. */
class SourceDocsTest {

    private static final Checkout CHECKOUT = Checkout.here();

    private static final int METHOD_LINES_MAX = 70;

    /** The least that says something; {@code conformance.} does not. */
    private static final int PACKAGE_DOC_CHARS_MIN = 40;

    private static final Pattern SENTENCE_END = Pattern.compile("[.!?](\\s|$)");

    private static final JavaSources SOURCES =
            JavaSources.parse(CHECKOUT, CHECKOUT.files(f -> f.endsWith(".java") && !isStandAlone(f)));

    /** Guests and templates are not compiled here and have rules of their own. */
    private static boolean isStandAlone(String file) {
        return file.startsWith("wasm-bundle-bridge/guest-sdk/") || file.startsWith("wasm-bundle-bridge/samples/");
    }

    @Test
    void everyPackageHasAPackageInfo() {
        Findings findings = new Findings("every package of src/main/java has a package-info.java");
        TreeSet<String> folders = new TreeSet<>();
        for (String file : CHECKOUT.files(f -> f.endsWith(".java") && f.contains("/src/main/java/"))) {
            if (!isStandAlone(file)) {
                folders.add(file.substring(0, file.lastIndexOf('/')));
            }
        }
        assertTrue(folders.size() > 15, "only " + folders.size() + " packages found");
        for (String folder : folders) {
            findings.check(CHECKOUT.has(folder + "/package-info.java"), folder + " has no package-info.java");
        }
        findings.verify();
    }

    @Test
    void everyPackageInfoIsNullMarkedAndSaysWhatThePackageIs() {
        Findings findings =
                new Findings("package-info.java: @NullMarked and at least one sentence; API also @Export @Version");
        for (JavaSources.PackageInfo info : SOURCES.packages()) {
            findings.check(info.annotations().contains("NullMarked"), info.file() + " is not @NullMarked");
            boolean isSentence = info.doc().length() >= PACKAGE_DOC_CHARS_MIN
                    && SENTENCE_END.matcher(info.doc()).find();
            findings.check(
                    isSentence,
                    info.file() + " says too little: '" + info.doc() + "'; write what the package is, "
                            + "its main types and its threading");
            if (info.file().startsWith("bundles/api/") && info.file().contains("/src/main/")) {
                findings.check(
                        info.annotations().containsAll(List.of("Export", "Version")),
                        info.file() + " lacks @Export or @Version");
            }
        }
        findings.verify();
    }

    @Test
    void everyPublicTypeOfAContractIsDocumented() {
        Findings findings = new Findings("every public type in bundles/api has Javadoc");
        int seen = 0;
        for (JavaSources.Type type : SOURCES.types()) {
            if (type.file().startsWith("bundles/api/") && type.file().contains("/src/main/") && type.isPublic()) {
                seen++;
                findings.check(!type.doc().isBlank(), type.file() + ": " + type.name() + " has no Javadoc");
            }
        }
        findings.verify();
        assertTrue(seen > 30, "only " + seen + " public types found");
    }

    @Test
    void methodsFitOnAScreen() {
        Findings findings = new Findings("methods have at most " + METHOD_LINES_MAX + " lines; split what has more");
        for (JavaSources.Method method : SOURCES.methods()) {
            findings.check(
                    method.lines() <= METHOD_LINES_MAX,
                    method.file() + ":" + method.firstLine() + ": " + method.name() + " has " + method.lines()
                            + " lines");
        }
        findings.verify();
        assertTrue(SOURCES.methods().size() > 100, "only " + SOURCES.methods().size() + " methods found");
    }
}
