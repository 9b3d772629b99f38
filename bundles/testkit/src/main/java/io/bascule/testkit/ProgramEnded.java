/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import java.util.List;

/** A program failed, or ended before it was ready; the message has its last lines. */
public final class ProgramEnded extends AssertionError {

    private static final long serialVersionUID = 1;

    ProgramEnded(List<String> command, int exitCode, String tail) {
        super(command + " ended with code " + exitCode + "; " + tail);
    }

    private ProgramEnded(ProgramEnded cause, String more) {
        super(cause.getMessage() + "\n" + more, cause);
    }

    /** Returns the same with something that helps to see why. */
    public ProgramEnded with(String more) {
        return new ProgramEnded(this, more);
    }
}
