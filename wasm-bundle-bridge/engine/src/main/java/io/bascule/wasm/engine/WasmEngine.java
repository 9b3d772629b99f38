/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import io.bascule.wasm.engine.chicory.ChicoryEngine;

/**
 * Admits, compiles and runs WebAssembly modules. One per gateway: the page budget, the compiler thread and the watchdog
 * are its own. Safe for use by any thread.
 */
public interface WasmEngine extends AutoCloseable {

    /**
     * Starts an engine. Returns at once; the compiler warms up in the background.
     *
     * @throws IllegalArgumentException when the cache directory cannot be made or is not a directory
     */
    static WasmEngine start(EngineConfig config) {
        return new ChicoryEngine(config);
    }

    /** Returns the configuration it was started with. */
    EngineConfig config();

    /** Describes a module under the engine's own limits. */
    default ModuleInfo inspect(byte[] wasm) throws WasmException.Refused {
        return inspect(wasm, config().moduleLimits());
    }

    /**
     * Describes a module, reading its bytes once from front to back and running nothing. Takes about one millisecond for
     * each 100 KiB.
     *
     * @throws WasmException.Refused when the bytes are no module or exceed {@code limits}
     */
    ModuleInfo inspect(byte[] wasm, ModuleLimits limits) throws WasmException.Refused;

    /** Compiles a module under the engine's own limits. */
    default CompiledModule compile(byte[] wasm) throws WasmException {
        return compile(wasm, config().moduleLimits());
    }

    /**
     * Inspects and compiles a module and waits for the result, at most {@link EngineConfig#compileTimeout()}; never to be
     * called from a data path.
     *
     * @throws WasmException.Refused when the bytes are no module or exceed {@code limits}
     * @throws WasmException.CompileFailed when the compiler gave up, ran out of time or heap, or its queue is full
     * @throws WasmException.Closed when the engine is closed
     */
    CompiledModule compile(byte[] wasm, ModuleLimits limits) throws WasmException;

    /** Returns counters since the start and what is in use now. */
    EngineStats stats();

    /**
     * Stops the engine's threads, within two seconds unless the compiler is stuck, and refuses further modules and
     * instances. Instances that exist can still be called, but only fuel limits them.
     */
    @Override
    void close();
}
