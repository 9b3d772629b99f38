/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

/** A message on its way between stages. Not a record: its bytes are shared, not compared. */
final class Message {
    final String topic;
    final byte[] payload;

    Message(String topic, byte[] payload) {
        this.topic = topic;
        this.payload = payload;
    }
}
