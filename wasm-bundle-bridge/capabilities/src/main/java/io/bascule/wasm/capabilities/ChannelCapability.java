/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.security.Capability;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.HostInterface;
import io.bascule.wasm.abi.ReturnCode;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmInstance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Channels by handle: open, read the process image, ask for writes. */
final class ChannelCapability {

    private final HostServices services;
    private final Permissions permissions;
    private final ChannelHandles handles;
    private final CallBuffer buffer;
    private final boolean isWriteImmediate;
    private int writes;

    ChannelCapability(
            HostServices services,
            Permissions permissions,
            ChannelHandles handles,
            CallBuffer buffer,
            boolean isWriteImmediate) {
        this.services = services;
        this.permissions = permissions;
        this.handles = handles;
        this.buffer = buffer;
        this.isWriteImmediate = isWriteImmediate;
    }

    void offer(Offers offers) {
        offers.add(HostInterface.CHANNEL, "open", this::open)
                .add(HostInterface.CHANNEL, "read", this::read)
                .add(HostInterface.CHANNEL, "write", this::write);
    }

    void beginCall() {
        writes = 0;
    }

    private long open(WasmInstance guest, long[] args) throws WasmException {
        if (handles.isOfDriver()) {
            return ReturnCode.UNSUPPORTED.code();
        }
        int length = (int) args[1];
        if (length == 0 || !GuestData.isAtMost(length, GuestContract.CHANNEL_NAME_BYTES_MAX)) {
            return ReturnCode.BAD_ARGUMENT.code();
        }
        String name = guest.memory().readUtf8((int) args[0], length);
        if (!isName(name)) {
            return ReturnCode.BAD_ARGUMENT.code();
        }
        boolean mayWrite = permissions.allows(Capability.CHANNEL_WRITE, name);
        if (!mayWrite && !permissions.allows(Capability.CHANNEL_READ, name)) {
            return ReturnCode.NOT_PERMITTED.code();
        }
        Optional<Channel> found = services.channels().find(name);
        if (found.isEmpty() && !mayWrite) {
            return ReturnCode.NOT_FOUND.code();
        }
        if (handles.openCount() >= services.limits().channelsMax()) {
            return ReturnCode.TOO_LARGE.code();
        }
        try {
            // The right to write a name that no device has is the right to make a virtual channel of it: a module's
            // output.
            Channel channel =
                    found.isPresent() ? found.get() : services.channels().openVirtual(name, ValueKind.F64, "");
            handles.open(channel);
            return channel.handle();
        } catch (IllegalArgumentException e) {
            // Taken since we looked, by a channel of another kind.
            return ReturnCode.BUSY.code();
        } catch (IllegalStateException e) {
            // The registry is full.
            return ReturnCode.TOO_LARGE.code();
        }
    }

    private static boolean isName(String name) {
        try {
            Channel.requireName(name);
            return true;
        } catch (IllegalArgumentException e) {
            // Malformed: the answer is no.
            return false;
        }
    }

    private long read(WasmInstance guest, long[] args) throws WasmException {
        int handle = (int) args[0];
        byte[] record = new byte[RecordLayout.RECORD_BYTES];
        Optional<Channel> channel = handles.find(handle, services.channels(), permissions);
        if (channel.isEmpty()) {
            none(record, handle, Quality.BAD_NODE_ID_UNKNOWN);
        } else if (!permissions.allows(Capability.CHANNEL_READ, channel.get().name())) {
            none(record, handle, Quality.BAD_USER_ACCESS_DENIED);
        } else {
            image(record, channel.get());
        }
        guest.memory().write((int) args[1], record);
        return 0;
    }

    private void image(byte[] record, Channel channel) {
        Reading reading = services.channels().read(channel.handle());
        if (reading.value().kind().isFixed()) {
            Batch.of(reading).copyRecords(0, 1, record, 0);
        } else {
            // Text and bytes do not cross as readings.
            none(record, channel.handle(), Quality.BAD_TYPE_MISMATCH);
        }
    }

    private static void none(byte[] record, int handle, Quality quality) {
        RecordLayout.put(record, 0, handle, ValueKind.F64.code(), quality.code(), 0, 0);
    }

    private long write(WasmInstance guest, long[] args) throws WasmException {
        int count = (int) args[1];
        if (!GuestData.isAtMost(count, services.limits().writesPerCall() - writes) || !buffer.hasRoom(count, 0)) {
            return ReturnCode.TOO_LARGE.code();
        }
        byte[] records = guest.memory().read((int) args[0], count * RecordLayout.RECORD_BYTES);
        List<ChannelWriter.Write> wanted = new ArrayList<>(count);
        int code = check(records, count, wanted);
        if (code < 0) {
            return code;
        }
        writes += count;
        if (!isWriteImmediate) {
            wanted.forEach(buffer::write);
            return count;
        }
        return services.writer().write(permissions.subject(), wanted).stream()
                .filter(ChannelWriter.Result::isOk)
                .count();
    }

    private int check(byte[] records, int count, List<ChannelWriter.Write> wanted) {
        Batch batch;
        try {
            batch = Batch.ofRecords(records, 0, count);
        } catch (IllegalArgumentException e) {
            // A kind that does not cross.
            return ReturnCode.BAD_ARGUMENT.code();
        }
        for (int i = 0; i < count; i++) {
            Optional<Channel> channel = handles.find(batch.channel(i), services.channels(), permissions);
            if (channel.isEmpty()) {
                return ReturnCode.BAD_ARGUMENT.code();
            }
            if (!permissions.allows(Capability.CHANNEL_WRITE, channel.get().name())) {
                return ReturnCode.NOT_PERMITTED.code();
            }
            wanted.add(new ChannelWriter.Write(channel.get().name(), batch.value(i)));
        }
        return count;
    }
}
