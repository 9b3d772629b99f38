/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.alert.Alert;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a call puts out until the call has returned, within bounds. Confined like the instance it belongs to. */
final class HeldOutput implements Output {

    private static final int ITEMS_MAX = 4096;
    private static final int READINGS_MAX = 1_048_576;
    private static final int MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

    private final List<Item> items = new ArrayList<>();
    private int readings;
    private int messageBytes;

    /** Something that was put out. */
    private interface Item {
        void to(Output target);
    }

    @Override
    public void readings(Batch batch) {
        if (batch.isEmpty()) {
            return;
        }
        requireRoom("readings", readings, batch.size(), READINGS_MAX);
        readings += batch.size();
        add(target -> target.readings(batch));
    }

    @Override
    public void message(String topic, byte[] payload) {
        requireRoom("bytes of messages", messageBytes, payload.length, MESSAGE_BYTES_MAX);
        messageBytes += payload.length;
        byte[] copy = payload.clone();
        add(target -> target.message(topic, copy));
    }

    @Override
    public void alert(Alert alert) {
        add(target -> target.alert(alert));
    }

    private void add(Item item) {
        requireRoom("outputs", items.size(), 1, ITEMS_MAX);
        items.add(item);
    }

    private static void requireRoom(String what, int present, int more, int max) {
        if (more > max - present) {
            throw new IllegalStateException(
                    "one call put out more than " + max + " " + what + "; hand over less, or over several calls");
        }
    }

    /** Hands everything over, in its order, and is empty then, whatever happens. */
    void commit(Output target) {
        try {
            for (Item item : items) {
                item.to(target);
            }
        } finally {
            discard();
        }
    }

    /** Throws everything away. */
    void discard() {
        items.clear();
        readings = 0;
        messageBytes = 0;
    }
}
