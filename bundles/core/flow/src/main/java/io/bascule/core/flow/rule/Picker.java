/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.RecordLayout;

/** Makes a batch of some readings of another one, copying records and allocating nothing for each reading. Confined. */
final class Picker {

    private byte[] records = new byte[0];
    private int count;

    /** Tells which readings to pick. */
    @FunctionalInterface
    interface Choice {
        boolean isPicked(Batch batch, int i);
    }

    /** Returns the readings that are picked: the batch itself when all are, the empty batch when none is. */
    Batch pick(Batch batch, Choice choice) {
        if (!batch.isFixedOnly()) {
            return pickMixed(batch, choice);
        }
        int size = batch.size();
        reserve(size);
        int runStart = 0;
        for (int i = 0; i < size; i++) {
            if (!choice.isPicked(batch, i)) {
                copy(batch, runStart, i);
                runStart = i + 1;
            }
        }
        if (runStart == 0) {
            return batch;
        }
        copy(batch, runStart, size);
        return Batch.ofRecords(records, 0, count);
    }

    private void reserve(int size) {
        count = 0;
        if (records.length < size * RecordLayout.RECORD_BYTES) {
            records = new byte[size * RecordLayout.RECORD_BYTES];
        }
    }

    private void copy(Batch batch, int from, int to) {
        if (to > from) {
            batch.copyRecords(from, to - from, records, count * RecordLayout.RECORD_BYTES);
            count += to - from;
        }
    }

    private static Batch pickMixed(Batch batch, Choice choice) {
        Batch.Builder builder = Batch.builder(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            if (choice.isPicked(batch, i)) {
                builder.add(batch.reading(i));
            }
        }
        return builder.build();
    }
}
