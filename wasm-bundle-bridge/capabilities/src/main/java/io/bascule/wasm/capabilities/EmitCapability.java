/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.security.Capability;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.HostInterface;
import io.bascule.wasm.abi.ReturnCode;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmInstance;
import java.util.Optional;

/** What a guest produces: kept back until its call has succeeded. */
final class EmitCapability {

    private static final int TOPIC_BYTES_MAX = 256;
    /** Severities of the contract in the scale of alerts: info, warning, alarm, critical. */
    private static final int[] SEVERITIES = {0, 100, 400, 700, 900};

    private final HostServices services;
    private final Permissions permissions;
    private final ChannelHandles handles;
    private final CallBuffer buffer;
    private final String module;
    private final int readingsMax;
    private int readings;
    private int messages;
    private int messageBytes;
    private int alerts;

    EmitCapability(
            HostServices services,
            Permissions permissions,
            ChannelHandles handles,
            CallBuffer buffer,
            String module,
            int batchMax) {
        this.services = services;
        this.permissions = permissions;
        this.handles = handles;
        this.buffer = buffer;
        this.module = module;
        this.readingsMax = batchMax * GuestContract.EMIT_FACTOR;
    }

    void offer(Offers offers) {
        offers.add(HostInterface.EMIT, "readings", this::readings)
                .add(HostInterface.EMIT, "message", this::message)
                .add(HostInterface.EMIT, "alert", this::alert);
    }

    void beginCall() {
        readings = 0;
        messages = 0;
        messageBytes = 0;
        alerts = 0;
    }

    private long readings(WasmInstance guest, long[] args) throws WasmException {
        if (!permissions.allows(Capability.EMIT)) {
            return ReturnCode.NOT_PERMITTED.code();
        }
        int count = (int) args[1];
        if (!GuestData.isAtMost(count, Math.min(readingsMax - readings, Batch.SIZE_MAX))
                || !buffer.hasRoom(1, count * RecordLayout.RECORD_BYTES)) {
            return ReturnCode.TOO_LARGE.code();
        }
        Optional<Batch> batch = guest.memory()
                .read((int) args[0], count * RecordLayout.RECORD_BYTES, (array, at) -> copyChecked(array, at, count));
        if (batch.isEmpty()) {
            return ReturnCode.BAD_ARGUMENT.code();
        }
        readings += count;
        buffer.readings(batch.get());
        return count;
    }

    private Optional<Batch> copyChecked(byte[] array, int offset, int count) {
        int last = 0;
        for (int i = 0; i < count; i++) {
            int at = offset + i * RecordLayout.RECORD_BYTES;
            int kind = array[at + RecordLayout.KIND];
            int handle = RecordLayout.getI32(array, at + RecordLayout.CHANNEL);
            if (kind < ValueKind.F64.code()
                    || kind > ValueKind.BOOL.code()
                    || (handle != last && !handles.mayEmit(handle, services.channels(), permissions))) {
                return Optional.empty();
            }
            last = handle;
        }
        return Optional.of(Batch.ofRecords(array, offset, count));
    }

    private long message(WasmInstance guest, long[] args) throws WasmException {
        if (handles.isOfDriver()) {
            return ReturnCode.UNSUPPORTED.code();
        }
        if (!permissions.allows(Capability.EMIT)) {
            return ReturnCode.NOT_PERMITTED.code();
        }
        int topicLength = (int) args[1];
        int payloadLength = (int) args[3];
        CapabilityLimits limits = services.limits();
        if (messages >= limits.messagesPerCall()
                || !GuestData.isAtMost(payloadLength, limits.messageBytesPerCall() - messageBytes)
                || !buffer.hasRoom(1, payloadLength)) {
            return ReturnCode.TOO_LARGE.code();
        }
        if (topicLength == 0 || !GuestData.isAtMost(topicLength, TOPIC_BYTES_MAX)) {
            return ReturnCode.BAD_ARGUMENT.code();
        }
        String topic = guest.memory().readUtf8((int) args[0], topicLength);
        byte[] payload = guest.memory().read((int) args[2], payloadLength);
        if (!isTopic(topic)) {
            return ReturnCode.BAD_ARGUMENT.code();
        }
        messages++;
        messageBytes += payloadLength;
        buffer.message(topic, payload);
        return 0;
    }

    /** A topic is a name, never a subscription: the wildcards of MQTT (3.1.1 §4.7) and control characters are refused. */
    private static boolean isTopic(String topic) {
        return topic.codePoints().noneMatch(c -> c == '+' || c == '#' || c == 0xFFFD || Character.isISOControl(c));
    }

    private long alert(WasmInstance guest, long[] args) throws WasmException {
        if (handles.isOfDriver()) {
            return ReturnCode.UNSUPPORTED.code();
        }
        if (!permissions.allows(Capability.EMIT)) {
            return ReturnCode.NOT_PERMITTED.code();
        }
        if (alerts >= services.limits().alertsPerCall() || !buffer.hasRoom(1, GuestContract.ALERT_TEXT_BYTES_MAX)) {
            return ReturnCode.TOO_LARGE.code();
        }
        int severity = (int) args[0];
        int handle = (int) args[1];
        String text = LogCapability.oneLine(
                GuestData.textCut(guest, (int) args[4], (int) args[5], GuestContract.ALERT_TEXT_BYTES_MAX));
        Optional<Channel> channel = handles.mayEmit(handle, services.channels(), permissions)
                ? services.channels().find(handle)
                : Optional.empty();
        if (severity < 1 || severity >= SEVERITIES.length || channel.isEmpty() || text.isBlank()) {
            return ReturnCode.BAD_ARGUMENT.code();
        }
        alerts++;
        buffer.alert(new Alert(
                module, SEVERITIES[severity], channel.get().name(), args[2], Double.longBitsToDouble(args[3]), text));
        return 0;
    }
}
