/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

/** Families of WebAssembly instructions beyond the first version of the standard that can be switched on or off. */
public enum Feature {
    /** Conversions of floats to integers that saturate instead of trapping. */
    SATURATING_FLOAT(true, true),
    /** Sign extension of narrow integers. */
    SIGN_EXTENSION(true, true),
    /** Copy and fill of memory and tables in one instruction. */
    BULK_MEMORY(true, true),
    /** References to functions and host values; more than one table. */
    REFERENCE_TYPES(true, true),
    /** More than one result of a function or block. */
    MULTI_VALUE(true, true),
    /** Arithmetic in constant expressions. */
    EXTENDED_CONST(true, true),
    /** Throwing and catching inside the guest. */
    EXCEPTIONS(false, true),
    /** More than one memory. */
    MULTI_MEMORY(false, true),
    /** 128-bit vectors. The present engine refuses to compile them even when they are switched on. */
    SIMD(false, true),
    /** Calls that reuse the caller's frame. An endless one cannot be stopped, so it is never allowed. */
    TAIL_CALLS(false, false),
    /** Garbage-collected objects. They are not covered by the page budget, so they are never allowed. */
    GC(false, false),
    /** Atomic instructions and shared memory. An instance has one thread, so they are never allowed. */
    THREADS(false, false),
    /** Memories and tables of 64-bit addresses; never allowed. */
    MEMORY64(false, false);

    private final boolean isDefault;
    private final boolean isAllowable;

    Feature(boolean isDefault, boolean isAllowable) {
        this.isDefault = isDefault;
        this.isAllowable = isAllowable;
    }

    /** Returns whether modules may use it when nothing else is configured. */
    public boolean isDefault() {
        return isDefault;
    }

    /** Returns whether it may be switched on at all. */
    public boolean isAllowable() {
        return isAllowable;
    }
}
