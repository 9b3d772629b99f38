/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import java.io.IOException;
import java.util.Optional;

/**
 * A module with its own memory, tables and globals. One logical thread: calls may come from different threads one after
 * the other, never from two at once, which is detected and answered with {@link IllegalStateException}. After any
 * {@link WasmException.Trap} or {@link WasmException.Internal} it is discarded and only answers
 * {@link WasmException.Closed}; make a new one from its {@link CompiledModule}.
 *
 * <p>A guest recurses on the stack of the calling thread. Use threads of at least 512 KiB of stack; what is deeper ends
 * in a trap of kind STACK.
 */
public interface WasmInstance extends AutoCloseable {

    /** Returns what the module says about itself. */
    ModuleInfo info();

    /**
     * Looks an exported function up.
     *
     * @return the function, or empty when nothing is exported under that name
     * @throws WasmException.LinkError when the export is no function or has another signature; the message says both
     * @throws WasmException.Closed when the instance is closed or discarded
     */
    Optional<GuestFunction> function(String name, FunctionType type) throws WasmException;

    /**
     * Returns the memory exported as {@code memory}, or else the first one of the module; one of size 0 when it has
     * none.
     */
    GuestMemory memory();

    /** Returns the fuel the last outermost call has used, in the unit of {@link CallLimits#fuel()}. */
    long fuelUsedByLastCall();

    /**
     * Waits, in a host function, for something outside the gateway. Until it is over the deadline of the call stands still, and no
     * fuel is used: a guest is not to blame for a slow device. The caller bounds the wait.
     *
     * @return what {@code wait} returns
     * @throws IOException when {@code wait} throws it
     * @throws InterruptedException when the thread was interrupted
     */
    <T> T await(Wait<T> wait) throws IOException, InterruptedException;

    /**
     * A bounded wait.
     *
     * @param <T> what it ends with
     */
    @FunctionalInterface
    interface Wait<T> {
        /** Waits; answers an interrupt. */
        T end() throws IOException, InterruptedException;
    }

    /** Returns whether it is closed or was discarded. */
    boolean isClosed();

    /** Gives its memory back. A call that is running goes on to its end. Closing twice does nothing. */
    @Override
    void close();
}
