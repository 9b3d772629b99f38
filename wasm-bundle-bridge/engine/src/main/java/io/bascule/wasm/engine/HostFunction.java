/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

/**
 * A function of the host that a guest may call. It runs on the thread of the guest's caller, inside the deadline of that
 * call; a blocking one must answer an interrupt, which is how the deadline reaches it.
 */
@FunctionalInterface
public interface HostFunction {

    /**
     * Does the work.
     *
     * @param guest the calling instance: its memory, and its functions ({@code cabi_realloc}) may be called back from
     *     here; such a nested call shares the budget of the outer one
     * @param args the arguments as in {@link ValueType}; valid during the call
     * @return the result as in {@link ValueType}; ignored when the declared type has none
     * @throws Exception anything stops the guest: a {@link WasmException.Trap} as it is, everything else as a trap of
     *     kind HOST with that cause
     */
    long call(WasmInstance guest, long[] args) throws Exception;
}
