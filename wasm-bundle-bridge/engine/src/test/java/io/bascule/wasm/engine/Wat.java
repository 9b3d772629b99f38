/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import com.dylibso.chicory.wabt.Wat2Wasm;

/** Makes modules from text. */
public final class Wat {

    private Wat() {}

    /** Returns the module; not checked, so that invalid ones can be made too. */
    public static byte[] wasm(String text) {
        return Wat2Wasm.parse(text);
    }
}
