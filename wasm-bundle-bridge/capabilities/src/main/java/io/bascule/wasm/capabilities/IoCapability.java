/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.security.Capability;
import io.bascule.wasm.abi.HostInterface;
import io.bascule.wasm.abi.ReturnCode;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmInstance;

/**
 * Byte streams to devices. This gateway has no device streams for guests yet, so every endpoint is answered with
 * "unsupported" where it is granted and "not permitted" where it is not; nothing is ever open.
 */
final class IoCapability {

    private static final int ENDPOINT_BYTES_MAX = 256;

    private final Permissions permissions;

    IoCapability(Permissions permissions) {
        this.permissions = permissions;
    }

    void offer(Offers offers) {
        offers.add(HostInterface.IO, "open", this::open)
                .add(HostInterface.IO, "send", (guest, args) -> ReturnCode.BAD_ARGUMENT.code())
                .add(HostInterface.IO, "receive", this::receive)
                .add(HostInterface.IO, "close", (guest, args) -> 0);
    }

    private long open(WasmInstance guest, long[] args) throws WasmException {
        if (!GuestData.isAtMost((int) args[1], ENDPOINT_BYTES_MAX)) {
            return ReturnCode.BAD_ARGUMENT.code();
        }
        String endpoint = guest.memory().readUtf8((int) args[0], (int) args[1]);
        return (permissions.allows(Capability.IO, endpoint) ? ReturnCode.UNSUPPORTED : ReturnCode.NOT_PERMITTED).code();
    }

    private long receive(WasmInstance guest, long[] args) throws WasmException {
        GuestData.returnBytes(guest, (int) args[3], new byte[0]);
        return 0;
    }
}
