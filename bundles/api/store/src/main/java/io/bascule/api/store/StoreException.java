/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.store;

import java.util.Objects;

/** A store could not do what it was asked. The message names the store, what was expected, what was found and what to do. */
public class StoreException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why; what the caller can do about it differs. */
    public enum Reason {
        /** There is no space left, on the disk or in what the store may use. Later it may work. */
        FULL,
        /** Too much waits to be written: the disk is slower than the senders. Later it works. */
        BUSY,
        /** The store is closed or was being closed. Never works with this object again. */
        CLOSED,
        /** The file was found damaged; it is set aside and a new one begun. Later it works. */
        DAMAGED,
        /** The store cannot be opened or written for another reason. Later it may work. */
        UNAVAILABLE,
        /** What was asked to be kept is larger than the store takes. Never works. */
        TOO_LARGE
    }

    private final Reason reason;

    /** Says what went wrong. */
    public StoreException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** Says what went wrong and what caused it. */
    public StoreException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** Returns why. */
    public Reason reason() {
        return reason;
    }
}
