/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.security.Capability;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.HostInterface;
import io.bascule.wasm.abi.ReturnCode;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmInstance;
import java.util.HashMap;
import java.util.Map;

/** Small durable values. What a call puts is seen by that call at once and by everybody else when it has succeeded. */
final class StateCapability {

    private final HostServices services;
    private final Permissions permissions;
    private final StateStore.Values values;
    private final Map<String, byte[]> pending = new HashMap<>();

    StateCapability(HostServices services, Permissions permissions, StateStore.Values values) {
        this.services = services;
        this.permissions = permissions;
        this.values = values;
    }

    void offer(Offers offers) {
        offers.add(HostInterface.STATE, "get", this::get).add(HostInterface.STATE, "put", this::put);
    }

    private long get(WasmInstance guest, long[] args) throws WasmException {
        int length = (int) args[1];
        byte[] value = new byte[0];
        if (isKeyLength(length)) {
            String key = guest.memory().readUtf8((int) args[0], length);
            if (permissions.allows(Capability.STATE)) {
                byte[] own = pending.get(key);
                value = own == null ? values.get(key) : own;
            }
        }
        GuestData.returnBytes(guest, (int) args[2], value);
        return 0;
    }

    private long put(WasmInstance guest, long[] args) throws WasmException {
        int keyLength = (int) args[1];
        int valueLength = (int) args[3];
        if (!isKeyLength(keyLength)) {
            return ReturnCode.BAD_ARGUMENT.code();
        }
        if (!permissions.allows(Capability.STATE)) {
            return ReturnCode.NOT_PERMITTED.code();
        }
        if (!GuestData.isAtMost(valueLength, services.limits().stateBytesMax())) {
            return ReturnCode.TOO_LARGE.code();
        }
        String key = guest.memory().readUtf8((int) args[0], keyLength);
        byte[] value = guest.memory().read((int) args[2], valueLength);
        byte[] before = pending.put(key, value);
        if (values.fits(pending, services.limits())) {
            return 0;
        }
        if (before == null) {
            pending.remove(key);
        } else {
            pending.put(key, before);
        }
        return ReturnCode.TOO_LARGE.code();
    }

    private static boolean isKeyLength(int length) {
        return length != 0 && GuestData.isAtMost(length, GuestContract.STATE_KEY_BYTES_MAX);
    }

    void commit() {
        if (!pending.isEmpty()) {
            values.apply(pending);
            pending.clear();
        }
    }

    void discard() {
        pending.clear();
    }
}
