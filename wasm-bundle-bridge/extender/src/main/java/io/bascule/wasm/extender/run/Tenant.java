/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

/** Who has an instance of a module: a stage of a flow, or a device. */
interface Tenant {

    /** Returns how much memory the instance has, bytes; 0 while there is none. From any thread. */
    int memoryBytes();

    /** Ends the instance: the module stops. From any thread. */
    void close();
}
