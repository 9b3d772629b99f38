/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.security;

/** The grants could not be stored; what was in force before still is. */
public class GrantStoreException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Says what could not be stored and why. */
    public GrantStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
