/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.spi.Output;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a guest has produced and nobody has seen yet. It leaves in the order in which it came, or not at all: that is what
 * makes dropping an instance and trying again safe. Confined to the instance.
 */
final class CallBuffer {

    /**
     * Most bytes that wait for one commit, counted as the guest has them plus {@link #ITEM_BYTES} for each message, alert and
     * write. A batch with text is many guest calls with one commit, so the limits of a call do not bound it. Room for what one
     * call can emit at the largest batch: 4 * 65,536 readings are 6 MiB, messages 16 MiB.
     */
    static final int BYTES_MAX = 32 * 1024 * 1024;

    /** What an item costs the host beside its payload, about. */
    private static final int ITEM_BYTES = 128;

    private final List<Object> items = new ArrayList<>();
    private final List<ChannelWriter.Write> writes = new ArrayList<>();
    private @Nullable Batch lastBatch;
    private Batch.@Nullable Builder growing;
    private int bytes;

    private record Message(String topic, Bytes payload) {}

    /** Keeps an array out of the record, which would compare it by identity. */
    private static final class Bytes {
        private final byte[] content;

        private Bytes(byte[] content) {
            this.content = content;
        }
    }

    /** Returns whether {@code count} items of {@code payloadBytes} in all still fit. */
    boolean hasRoom(int count, int payloadBytes) {
        return bytes + (long) count * ITEM_BYTES + payloadBytes <= BYTES_MAX;
    }

    private void account(int payloadBytes) {
        bytes += ITEM_BYTES + payloadBytes;
    }

    /** Readings that follow each other become one batch; a single batch is passed on without another copy. */
    void readings(Batch batch) {
        if (batch.isEmpty()) {
            return;
        }
        account(batch.size() * RecordLayout.RECORD_BYTES);
        Batch.Builder builder = growing;
        if (builder != null && builder.size() + batch.size() <= Batch.SIZE_MAX) {
            builder.addAll(batch);
            return;
        }
        Batch before = lastBatch;
        if (builder == null && before != null && before.size() + batch.size() <= Batch.SIZE_MAX) {
            growing = Batch.builder(before.size() + batch.size()).addAll(before).addAll(batch);
            lastBatch = null;
            return;
        }
        endBatch();
        lastBatch = batch;
    }

    private void endBatch() {
        Batch.Builder builder = growing;
        if (builder != null) {
            items.add(builder.build());
            growing = null;
        }
        if (lastBatch != null) {
            items.add(lastBatch);
            lastBatch = null;
        }
    }

    void message(String topic, byte[] payload) {
        account(payload.length);
        endBatch();
        items.add(new Message(topic, new Bytes(payload)));
    }

    void alert(Alert alert) {
        account(alert.text().length());
        endBatch();
        items.add(alert);
    }

    void write(ChannelWriter.Write write) {
        account(0);
        writes.add(write);
    }

    /** Hands everything over. The buffer is empty afterwards, also when a receiver throws. */
    void commit(Output output, ChannelWriter writer, Permissions permissions) {
        if (items.isEmpty() && writes.isEmpty() && growing == null) {
            // The common case of one batch and nothing else is spared the list.
            Batch only = lastBatch;
            lastBatch = null;
            bytes = 0;
            if (only != null) {
                output.readings(only);
            }
            return;
        }
        endBatch();
        List<Object> leaving = List.copyOf(items);
        List<ChannelWriter.Write> leavingWrites = List.copyOf(writes);
        discard();
        for (Object item : leaving) {
            if (item instanceof Batch batch) {
                output.readings(batch);
            } else if (item instanceof Message message) {
                output.message(message.topic(), message.payload().content);
            } else {
                output.alert((Alert) item);
            }
        }
        if (!leavingWrites.isEmpty()) {
            writer.write(permissions.subject(), leavingWrites);
        }
    }

    void discard() {
        items.clear();
        writes.clear();
        lastBatch = null;
        growing = null;
        bytes = 0;
    }
}
