/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.util.List;

/**
 * What came of a soak.
 *
 * @param text Markdown
 * @param problems what is not as it should be, one sentence each; empty when all is well
 * @param kindsOfFaults how many kinds of faults there were
 */
public record SoakReport(String text, List<String> problems, int kindsOfFaults) {

    /** Copies the list. */
    public SoakReport {
        problems = List.copyOf(problems);
    }
}
