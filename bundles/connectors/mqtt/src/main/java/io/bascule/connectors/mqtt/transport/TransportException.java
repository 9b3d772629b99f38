/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.transport;

/** A link could not be made, or is of no use any more. The message says what was tried and what came. */
public final class TransportException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Says what went wrong. */
    public TransportException(String message) {
        super(message);
    }

    /** Says what went wrong and what caused it. */
    public TransportException(String message, Throwable cause) {
        super(message, cause);
    }
}
