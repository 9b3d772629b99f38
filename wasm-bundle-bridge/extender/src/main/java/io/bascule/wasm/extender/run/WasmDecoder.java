/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.spi.Decoder;
import io.bascule.api.module.spi.StageContext;
import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;

/** A stage that decodes frames in a guest. */
final class WasmDecoder extends WasmLane implements Decoder {

    /** Most bytes handed to a guest at once. */
    private static final int DATA_BYTES_MAX = 1024 * 1024;

    WasmDecoder(WasmModule module, StageContext context) {
        super(module, context);
    }

    @Override
    public int decode(byte[] data, long timeNanos) throws ModuleException {
        if (data.length > DATA_BYTES_MAX) {
            throw new ModuleException(data.length + " bytes to decode for module '"
                    + module.metadata().name() + "'; at most " + DATA_BYTES_MAX + " are handed over");
        }
        return call("decode", guest -> {
            int used = guest.decode(data, timeNanos);
            if (used > data.length) {
                throw new Trap(TrapKind.HOST, "it used " + used + " of " + data.length + " bytes", null);
            }
            return used;
        });
    }
}
