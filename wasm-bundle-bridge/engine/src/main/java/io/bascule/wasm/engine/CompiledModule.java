/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

/**
 * An admitted and compiled module, ready to make instances in some ten microseconds each. Safe for use by any thread.
 */
public interface CompiledModule extends AutoCloseable {

    /** Returns what the module says about itself. */
    ModuleInfo info();

    /**
     * Makes an instance under the engine's default {@link CallLimits}.
     *
     * @see #instantiate(HostFunctions, CallLimits)
     */
    WasmInstance instantiate(HostFunctions imports) throws WasmException;

    /**
     * Makes an instance and runs the module's start section, if it has one, as one call. Exports such as
     * {@code _initialize} are for the caller to call.
     *
     * @param limits the budget of this instance's every call
     * @throws WasmException.LinkError when an import is not offered in the type asked for, or is no function
     * @throws WasmException.Trap when the start section was stopped, a segment does not fit, or the page budget is spent
     * @throws WasmException.Closed when this module or the engine is closed
     */
    WasmInstance instantiate(HostFunctions imports, CallLimits limits) throws WasmException;

    /** Returns whether it is closed. */
    boolean isClosed();

    /**
     * Lets its classes go. Instances that exist go on working and keep the classes until they are closed and collected.
     * Closing twice does nothing.
     */
    @Override
    void close();
}
