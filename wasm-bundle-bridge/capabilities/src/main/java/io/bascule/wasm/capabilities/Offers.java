/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.HostInterface;
import io.bascule.wasm.abi.Signature;
import io.bascule.wasm.abi.WasiFunction;
import io.bascule.wasm.engine.HostFunction;
import io.bascule.wasm.engine.HostFunctions;

/** Collects host functions with the signatures of the contract. */
final class Offers {

    private final HostFunctions.Builder builder = HostFunctions.builder();

    Offers add(HostInterface of, String function, HostFunction does) {
        Signature signature = of.functions().get(function);
        if (signature == null) {
            throw new IllegalArgumentException("interface " + of.word() + " has no function " + function);
        }
        builder.add(of.importModule(), function, GuestData.type(signature), does);
        return this;
    }

    Offers add(WasiFunction function, HostFunction does) {
        builder.add(GuestContract.WASI_MODULE, function.word(), GuestData.type(function.signature()), does);
        return this;
    }

    HostFunctions build() {
        return builder.build();
    }
}
