/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import io.bascule.wasm.engine.WasmException;

/** Keeps compilations from starting on a heap that is nearly full. Stateless. */
final class Headroom {

    private Headroom() {}

    /** @throws WasmException.CompileFailed when less than {@code bytes} of heap are free, garbage not counted */
    static void check(long bytes, String digest) throws WasmException.CompileFailed {
        if (free() >= bytes) {
            return;
        }
        // What is in use may be garbage, and only a collection tells. It happens on the compiler thread, for a module
        // that would otherwise be turned away.
        System.gc();
        long free = free();
        if (free < bytes) {
            throw new WasmException.CompileFailed(
                    "module " + digest + " not compiled: " + free + " bytes of heap are free, " + bytes
                            + " are asked for; close modules or enlarge the heap",
                    true,
                    null);
        }
    }

    private static long free() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    }
}
