/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.payload;

/** One way to write readings. */
public interface PayloadFormat {

    /** Returns the word for it in configurations. */
    String word();

    /** Returns the number that stands for it in an outbox, 1 to 255; it never changes. */
    int code();

    /** Returns its MIME type. */
    String contentType();

    /** Returns whether a payload holds one reading and cannot hold more. */
    boolean isSingle();

    /** Returns whether what it makes is a draft, which the connection makes a message of when that leaves. */
    default boolean isDraft() {
        return false;
    }

    /** Writes readings that share a topic; at least one, and only one when {@link #isSingle()}. */
    byte[] encode(Selection readings);

    /**
     * Makes the payload of what {@link #encode} wrote.
     *
     * @param id the message's id, at most 40 letters, digits and dashes; empty for none
     */
    byte[] seal(byte[] content, String id);
}
