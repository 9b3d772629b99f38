/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.manifest;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with a document, in the order in which it was found. Confined to one thread. */
final class Problems {

    /** More would hide the first ones; the rest is counted. */
    static final int SHOWN_MAX = 50;

    private final List<String> shown = new ArrayList<>();
    private int count;

    /**
     * Notes a problem.
     *
     * @param path where, as a JSON pointer (RFC 6901); empty for the document
     */
    void add(String path, String message) {
        count++;
        if (shown.size() < SHOWN_MAX) {
            shown.add((path.isEmpty() ? "/" : path) + ": " + message);
        }
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Returns a heading and a line for each problem. */
    String text(String document) {
        StringBuilder text = new StringBuilder(document).append(" is not valid; it has ");
        text.append(count).append(count == 1 ? " problem:" : " problems:");
        shown.forEach(line -> text.append("\n  ").append(line));
        if (count > shown.size()) {
            text.append("\n  and ").append(count - shown.size()).append(" more");
        }
        return text.toString();
    }
}
