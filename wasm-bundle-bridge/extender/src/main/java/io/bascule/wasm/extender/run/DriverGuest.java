/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.RecordLayout;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.capabilities.ChannelHandles;
import io.bascule.wasm.engine.WasmException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An instance of world driver and the numbers that it knows addresses by. An address is told to it when it is used first, so that
 * an instance knows those in use and no others. Confined, but for {@link #close()}.
 */
final class DriverGuest implements AutoCloseable {

    private final GuestInstance guest;
    private final ChannelHandles handles;
    private final Map<String, Told> numbers = new HashMap<>();

    private record Told(int number, int answer) {}

    DriverGuest(GuestInstance guest, ChannelHandles handles) {
        this.guest = guest;
        this.handles = handles;
    }

    GuestInstance guest() {
        return guest;
    }

    /** Returns how many addresses it was told. */
    int size() {
        return numbers.size();
    }

    /** Tells it an address under the next number, once, and returns its answer; a negative one leaves the number free. */
    int tell(String address) throws WasmException {
        Told before = numbers.get(address);
        if (before != null) {
            return before.answer();
        }
        int number = numbers.size() + 1;
        handles.note(number);
        int code = guest.address(number, address.getBytes(StandardCharsets.UTF_8));
        // What such a call emits was never asked for.
        guest.host().discard();
        if (code >= 0) {
            numbers.put(address, new Told(number, code));
        }
        return code;
    }

    boolean knows(String address) {
        return numbers.containsKey(address);
    }

    /** Returns the number of an address, 0 when it was not told it. */
    int number(WasmAddress address) {
        Told told = numbers.get(address.text());
        return told == null ? 0 : told.number();
    }

    /** Returns records that have no value yet, of addresses it was told. */
    byte[] records(List<WasmAddress> addresses) {
        byte[] records = new byte[addresses.size() * RecordLayout.RECORD_BYTES];
        for (int i = 0; i < addresses.size(); i++) {
            WasmAddress address = addresses.get(i);
            RecordLayout.put(
                    records,
                    i * RecordLayout.RECORD_BYTES,
                    number(address),
                    address.kind().code(),
                    Quality.BAD.code(),
                    0,
                    0);
        }
        return records;
    }

    static boolean isTooLong(String address) {
        int bytes = address.getBytes(StandardCharsets.UTF_8).length;
        return bytes == 0 || bytes > GuestContract.ADDRESS_BYTES_MAX;
    }

    @Override
    public void close() {
        guest.host().close();
        guest.close();
    }
}
