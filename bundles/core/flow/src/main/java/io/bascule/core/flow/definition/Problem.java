/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.definition;

import io.bascule.api.flow.FlowProblem;

/**
 * Something about a flow document that a person should know.
 *
 * @param severity what follows from it
 * @param path where, as a JSON pointer
 * @param message what was expected, what was found, what to do
 */
public record Problem(Severity severity, String path, String message) {

    /** What follows from a problem. */
    public enum Severity {
        /** The document must be changed. */
        WRONG,
        /** The document is right, but something that it names is not there now; the flow waits for it. */
        MISSING,
        /** The flow runs, perhaps not as it was meant. */
        DOUBTFUL
    }

    /** Returns a problem that only a change of the document mends. */
    public static Problem wrong(String path, String message) {
        return new Problem(Severity.WRONG, path, message);
    }

    /** Returns a problem that goes away when something gets installed or connected. */
    public static Problem missing(String path, String message) {
        return new Problem(Severity.MISSING, path, message);
    }

    /** Returns a remark. */
    public static Problem doubtful(String path, String message) {
        return new Problem(Severity.DOUBTFUL, path, message);
    }

    /** Returns the same as callers of the flow engine see it. */
    public FlowProblem toFlowProblem() {
        return new FlowProblem(path, message);
    }
}
