/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.wasm.engine.CompiledModule;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.GuestFunction;
import io.bascule.wasm.engine.GuestMemory;
import io.bascule.wasm.engine.HostFunctions;
import io.bascule.wasm.engine.ValueType;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmInstance;

/** A kernel in the sandbox, called as a flow stage calls it: copy the batch in, call, take the result. One thread. */
final class WasmKernel implements AutoCloseable {

    private static final FunctionType REALLOC = FunctionType.of(
                    ValueType.I32, ValueType.I32, ValueType.I32, ValueType.I32)
            .returning(ValueType.I32);

    private final CompiledModule module;
    private final WasmInstance instance;
    private final GuestFunction function;
    private final GuestMemory memory;
    private final int pointer;

    WasmKernel(WasmEngine engine, byte[] wasm, String export, FunctionType type, int bytesMax) throws WasmException {
        module = engine.compile(wasm);
        instance = module.instantiate(HostFunctions.NONE);
        function = instance.function(export, type).orElseThrow();
        pointer = (int) instance.function("cabi_realloc", REALLOC).orElseThrow().call(0, 0, 8, bytesMax);
        memory = instance.memory();
    }

    long run(byte[] input, int length) throws WasmException {
        memory.write(pointer, input.length, (array, offset) -> System.arraycopy(input, 0, array, offset, input.length));
        return function.call(pointer, length);
    }

    @Override
    public void close() {
        instance.close();
        module.close();
    }
}
