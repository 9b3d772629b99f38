/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmException.TrapKind;
import org.jspecify.annotations.Nullable;

/**
 * Unwinds a guest from inside its own frames. Generated code and Chicory declare no checked exceptions, so what stops a
 * guest travels in this one and is turned into a {@link WasmException} where the guest was called.
 */
final class GuestStop extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient WasmException reason;

    GuestStop(TrapKind kind, String message, @Nullable Throwable cause) {
        this(new WasmException.Trap(kind, message, cause));
    }

    GuestStop(WasmException reason) {
        super(reason.getMessage(), reason, false, false);
        this.reason = reason;
    }

    WasmException reason() {
        return reason;
    }
}
