/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What matters of a Markdown page to its readers' links. Code, in blocks and in lines, is not looked at.
 *
 * @param anchors what a link can point to, as GitHub makes them from headings
 * @param links the targets in the order of the page, without titles
 */
record MarkdownPage(Set<String> anchors, List<String> links) {

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(<?([^)\\s>]+)>?(?:\\s+\"[^\"]*\")?\\)");
    private static final Pattern DEFINITION = Pattern.compile("^\\[[^\\]]+]:\\s+<?([^\\s>]+)>?");
    private static final Pattern HEADING = Pattern.compile("^#{1,6}\\s+(.*?)\\s*#*$");
    private static final Pattern HTML_ANCHOR = Pattern.compile("<a\\s+(?:id|name)=\"([^\"]+)\"");

    MarkdownPage {
        anchors = Set.copyOf(anchors);
        links = List.copyOf(links);
    }

    static MarkdownPage of(String text) {
        Set<String> anchors = new LinkedHashSet<>();
        List<String> links = new ArrayList<>();
        String fence = "";
        for (String line : text.lines().toList()) {
            String start = line.stripLeading();
            if (start.startsWith("```") || start.startsWith("~~~")) {
                String mark = start.substring(0, 3);
                fence = fence.isEmpty() ? mark : fence.equals(mark) ? "" : fence;
                continue;
            }
            if (fence.isEmpty()) {
                readLine(line, anchors, links);
            }
        }
        return new MarkdownPage(anchors, links);
    }

    private static void readLine(String line, Set<String> anchors, List<String> links) {
        Matcher heading = HEADING.matcher(line);
        if (heading.matches()) {
            String slug = slug(heading.group(1));
            String unique = slug;
            for (int i = 1; !anchors.add(unique); i++) {
                unique = slug + "-" + i;
            }
        }
        String prose = line.replaceAll("`[^`]*`", "");
        for (Pattern pattern : List.of(LINK, DEFINITION)) {
            Matcher link = pattern.matcher(prose);
            while (link.find()) {
                links.add(link.group(1));
            }
        }
        Matcher anchor = HTML_ANCHOR.matcher(prose);
        while (anchor.find()) {
            anchors.add(anchor.group(1));
        }
    }

    private static String slug(String heading) {
        String words = heading.replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1").toLowerCase(Locale.ROOT);
        return words.replaceAll("[^\\p{L}\\p{N}\\-_ ]", "").replace(' ', '-');
    }
}
