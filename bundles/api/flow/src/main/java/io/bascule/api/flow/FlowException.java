/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.flow;

/** A flow could not do what it was asked. The message names the flow, what was expected and what to do. */
public class FlowException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Says what went wrong. */
    public FlowException(String message) {
        super(message);
    }

    /** Says what went wrong and what caused it. */
    public FlowException(String message, Throwable cause) {
        super(message, cause);
    }
}
