/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import io.bascule.wasm.engine.CompiledModule;
import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.EngineStats;
import io.bascule.wasm.engine.ModuleInfo;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.engine.WasmException;

/** The engine. */
public final class ChicoryEngine implements WasmEngine {
    private final EngineConfig config;

    public ChicoryEngine(EngineConfig config) {
        this.config = config;
    }

    @Override
    public EngineConfig config() {
        return config;
    }

    @Override
    public ModuleInfo inspect(byte[] wasm, ModuleLimits limits) {
        throw new UnsupportedOperationException("not built yet");
    }

    @Override
    public CompiledModule compile(byte[] wasm, ModuleLimits limits) throws WasmException {
        throw new UnsupportedOperationException("not built yet");
    }

    @Override
    public EngineStats stats() {
        throw new UnsupportedOperationException("not built yet");
    }

    @Override
    public void close() {}
}
