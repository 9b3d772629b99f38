/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import java.util.List;

/** The metadata of a module is wrong. Holds every problem at once, so that one build mends them all. */
public final class MetadataException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /**
     * Says what is wrong.
     *
     * @param what names the module in the message
     * @param problems one sentence each, at least one
     */
    public MetadataException(String what, List<String> problems) {
        super("metadata of " + what + " is refused: " + String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** Returns one sentence for each problem. */
    public List<String> problems() {
        return problems;
    }
}
