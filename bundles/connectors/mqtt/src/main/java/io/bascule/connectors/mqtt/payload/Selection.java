/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;

/**
 * Some readings of a batch.
 *
 * @param batch the batch
 * @param indexes which of its readings, in order
 * @param channels the channel of each, in the same order
 * @param size how many; the arrays may be longer
 * @param isList whether the receiver expects a list, also of one
 */
@SuppressWarnings("ArrayRecordComponent")
public record Selection(Batch batch, int[] indexes, Channel[] channels, int size, boolean isList) {

    /** Returns the place in the batch of reading {@code i}. */
    public int index(int i) {
        return indexes[i];
    }

    /** Returns the channel of reading {@code i}. */
    public Channel channel(int i) {
        return channels[i];
    }
}
