/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import io.bascule.wasm.engine.CallLimits;
import io.bascule.wasm.engine.CompiledModule;
import io.bascule.wasm.engine.HostFunctions;
import io.bascule.wasm.engine.ModuleInfo;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmInstance;
import java.util.concurrent.atomic.AtomicReference;

/** A compiled module that its owner has not closed yet, or has. */
final class ChicoryModule implements CompiledModule {

    private final ChicoryEngine engine;
    private final ModuleInfo info;
    private final ModuleLimits limits;
    private final AtomicReference<LinkedModule> linked;

    ChicoryModule(ChicoryEngine engine, LinkedModule linked, ModuleLimits limits) {
        this.engine = engine;
        this.info = linked.scanned().info();
        this.limits = limits;
        this.linked = new AtomicReference<>(linked);
    }

    @Override
    public ModuleInfo info() {
        return info;
    }

    @Override
    public WasmInstance instantiate(HostFunctions imports) throws WasmException {
        return instantiate(imports, engine.config().callLimits());
    }

    @Override
    public WasmInstance instantiate(HostFunctions imports, CallLimits callLimits) throws WasmException {
        engine.checkOpen();
        LinkedModule present = linked.get();
        if (present == null) {
            throw new WasmException.Closed("module " + info.digest() + " is closed");
        }
        return ChicoryInstance.create(engine, present, limits, imports, callLimits);
    }

    @Override
    public boolean isClosed() {
        return linked.get() == null;
    }

    @Override
    public void close() {
        if (linked.getAndSet(null) != null) {
            engine.moduleClosed();
        }
    }
}
