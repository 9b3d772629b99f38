/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Links lead somewhere, decisions have numbers, invariants that tests cite exist. */
class DocsTest {

    private static final Checkout CHECKOUT = Checkout.here();
    private static final String ARCHITECTURE = "docs/architecture.md";
    private static final Pattern ADR = Pattern.compile("docs/adr/(\\d{4})-[a-z0-9]+(-[a-z0-9]+)*\\.md");
    private static final Pattern INVARIANT = Pattern.compile("\\bINV-\\d+\\b");
    private static final Set<String> ADR_SECTIONS =
            Set.of("## Context", "## Decision", "## Rejected", "## Consequences");

    @Test
    void relativeLinksAndAnchorsResolve() {
        Findings findings = new Findings("links in *.md lead to files of the repository and to headings in them");
        List<String> pages = CHECKOUT.files(f -> f.endsWith(".md"));
        Map<String, Set<String>> anchors = new HashMap<>();
        for (String page : pages) {
            anchors.put(page, MarkdownPage.of(CHECKOUT.text(page)).anchors());
        }
        for (String page : pages) {
            for (String link : MarkdownPage.of(CHECKOUT.text(page)).links()) {
                String problem = problemOf(page, link, anchors);
                findings.check(problem.isEmpty(), page + ": link " + link + " " + problem);
            }
        }
        findings.verify();
    }

    @Test
    void aPageIsReadAsGitHubReadsIt() {
        MarkdownPage page = MarkdownPage.of("""
                # A `b` C: d/e!
                ## Twice
                ## Twice
                ```
                # no heading [no](link)
                ```
                [one](a.md#x) ![two](b.png "title") `[three](c)` <a id="four"></a> [five]

                [five]: d.md
                """);
        assertEquals(Set.of("a-b-c-de", "twice", "twice-1", "four"), page.anchors());
        assertEquals(List.of("a.md#x", "b.png", "d.md"), page.links());
    }

    @Test
    void decisionsHaveANumberATitleAndWhatWasRejected() {
        Findings findings = new Findings("docs/adr/NNNN-title.md: unique number, '# NNNN: title', " + ADR_SECTIONS);
        Map<String, String> pageOfNumber = new HashMap<>();
        for (String page : CHECKOUT.files(f -> f.startsWith("docs/adr/") && !f.endsWith("/README.md"))) {
            Matcher matcher = ADR.matcher(page);
            if (!matcher.matches()) {
                findings.add(page + ": expected a name such as docs/adr/0009-why-we-do-it.md");
                continue;
            }
            String number = matcher.group(1);
            String other = pageOfNumber.put(number, page);
            findings.check(other == null, page + " has the number of " + other);
            List<String> lines = CHECKOUT.text(page).lines().toList();
            String title = lines.isEmpty() ? "" : lines.get(0);
            findings.check(
                    title.matches("# " + number + ": \\S.*"),
                    page + ": first line is '" + title + "'; expected '# " + number + ": title'");
            findings.check(lines.stream().anyMatch(l -> l.startsWith("Status: ")), page + " has no line 'Status: ...'");
            for (String section : ADR_SECTIONS) {
                findings.check(lines.contains(section), page + " has no section " + section);
            }
        }
        findings.verify();
        assertTrue(pageOfNumber.size() >= 8, "only " + pageOfNumber.size() + " decisions found");
    }

    @Test
    void invariantsAreNumberedOnceAndEveryCitationExists() {
        Findings findings =
                new Findings("invariants are defined in " + ARCHITECTURE + " as '**INV-n**'; others cite them");
        Set<String> defined = new HashSet<>();
        Matcher definition = Pattern.compile("\\*\\*(INV-\\d+)\\*\\*").matcher(CHECKOUT.text(ARCHITECTURE));
        while (definition.find()) {
            findings.check(defined.add(definition.group(1)), definition.group(1) + " is defined twice");
        }
        for (String file : CHECKOUT.files(f -> f.matches(".*\\.(java|md|rs|sh)"))) {
            Matcher citation = INVARIANT.matcher(CHECKOUT.text(file));
            while (citation.find()) {
                findings.check(
                        defined.contains(citation.group()),
                        file + " cites " + citation.group() + ", which is not defined");
            }
        }
        findings.verify();
        assertTrue(defined.size() >= 5, "only " + defined.size() + " invariants defined");
    }

    @Test
    void theLicenceIsThere() {
        assertTrue(CHECKOUT.has("LICENSE") && CHECKOUT.has("NOTICE"), "LICENSE or NOTICE is missing");
        String licence = CHECKOUT.text("LICENSE");
        assertTrue(
                licence.contains("Apache License") && licence.contains("END OF TERMS AND CONDITIONS"),
                "LICENSE is cut");
    }

    private static String problemOf(String page, String link, Map<String, Set<String>> anchors) {
        if (link.matches("(https?|mailto|mvn|wasm|file):.*")) {
            return "";
        }
        if (link.startsWith("/")) {
            return "is absolute; write it relative to the page";
        }
        String[] parts = link.split("#", 2);
        String target = parts[0].isEmpty() ? page : resolve(page, parts[0]);
        if (target.startsWith("..") || !CHECKOUT.has(target)) {
            return "leads to " + target + ", which does not exist";
        }
        if (parts.length == 2
                && anchors.containsKey(target)
                && !anchors.get(target).contains(parts[1])) {
            return "leads to no heading of " + target + "; there are " + anchors.get(target);
        }
        return "";
    }

    private static String resolve(String page, String link) {
        Path folder = Path.of("/" + page).getParent();
        String path = Path.of("" + folder, link).normalize().toString();
        return path.replace('\\', '/').substring(1);
    }
}
