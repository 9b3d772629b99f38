/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import java.util.List;

/**
 * The signature of a function.
 *
 * @param params types of the arguments, in order; empty when there are none
 * @param results types of the results, in order; empty when there are none
 */
public record FunctionType(List<ValueType> params, List<ValueType> results) {

    /** Copies both lists. */
    public FunctionType {
        params = List.copyOf(params);
        results = List.copyOf(results);
    }

    /** Returns a signature without results. */
    public static FunctionType of(ValueType... params) {
        return new FunctionType(List.of(params), List.of());
    }

    /** Returns this signature with one result. */
    public FunctionType returning(ValueType result) {
        return new FunctionType(params, List.of(result));
    }

    @Override
    public String toString() {
        return params + " -> " + results;
    }
}
