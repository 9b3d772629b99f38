/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import java.util.ArrayList;
import java.util.List;

/**
 * A function's signature after lowering by the canonical ABI.
 *
 * @param params types of the arguments, in order
 * @param results types of the results: none or one
 */
public record Signature(List<WasmType> params, List<WasmType> results) {

    /** Copies both lists. */
    public Signature {
        params = List.copyOf(params);
        results = List.copyOf(results);
    }

    /**
     * Reads a signature from letters, which keeps tables of them readable: {@code i} i32, {@code l} i64, {@code d} f64,
     * arguments before the colon and results behind it. {@code "ii:i"} takes a pointer and a length and gives a code.
     */
    static Signature of(String letters) {
        int colon = letters.indexOf(':');
        return new Signature(types(letters.substring(0, colon)), types(letters.substring(colon + 1)));
    }

    private static List<WasmType> types(String letters) {
        List<WasmType> types = new ArrayList<>();
        for (int i = 0; i < letters.length(); i++) {
            types.add(
                    switch (letters.charAt(i)) {
                        case 'i' -> WasmType.I32;
                        case 'l' -> WasmType.I64;
                        case 'd' -> WasmType.F64;
                        default ->
                            throw new IllegalArgumentException(
                                    "'" + letters.charAt(i) + "' in signature '" + letters + "' is not one of i, l, d");
                    });
        }
        return types;
    }
}
