/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import java.util.ArrayList;
import java.util.List;

/** Collects what breaks a rule, so that one run shows all of it. */
final class Findings {

    private static final int SHOWN_MAX = 100;

    private final String rule;
    private final List<String> found = new ArrayList<>();

    /** Starts a list for one rule, said as a sentence. */
    Findings(String rule) {
        this.rule = rule;
    }

    /** Notes one breach: where, what is wrong, what to do. */
    void add(String finding) {
        found.add(finding);
    }

    /** Notes {@code finding} unless {@code isFine}. */
    void check(boolean isFine, String finding) {
        if (!isFine) {
            add(finding);
        }
    }

    List<String> list() {
        return List.copyOf(found);
    }

    /** Fails when there are findings. */
    void verify() {
        if (!found.isEmpty()) {
            List<String> shown = found.subList(0, Math.min(found.size(), SHOWN_MAX));
            throw new AssertionError("Rule: " + rule + "\n" + found.size() + " finding(s), the first " + shown.size()
                    + ":\n  " + String.join("\n  ", shown) + "\n");
        }
    }
}
