/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.security;

import java.util.Objects;

/**
 * Who asks: a person, a module or a flow. Written as {@code kind:name}, for example {@code module:pid}.
 *
 * @param kind what sort of subject it is
 * @param name the name within its kind, never empty; for a person the login name
 */
public record Subject(Kind kind, String name) {

    /** The sorts of subject. */
    public enum Kind {
        /** A person at the shell, the console or the REST API. */
        OPERATOR,
        /** A module, native or WASM, by its module name. */
        MODULE,
        /** A flow, by its flow name. */
        FLOW
    }

    /** Checks the name. */
    public Subject {
        Objects.requireNonNull(kind, "kind");
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a subject is empty; expected for example 'module:pid'");
        }
    }

    /** Returns the subject that stands for the module {@code name}. */
    public static Subject module(String name) {
        return new Subject(Kind.MODULE, name);
    }

    /** Returns the subject that stands for the person {@code name}. */
    public static Subject operator(String name) {
        return new Subject(Kind.OPERATOR, name);
    }

    /** Returns the subject that stands for the flow {@code name}. */
    public static Subject flow(String name) {
        return new Subject(Kind.FLOW, name);
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + ":" + name;
    }
}
