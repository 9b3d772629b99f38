/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.store;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Messages that wait for a remote end, in the order in which they were appended. They leave when they are acknowledged, or,
 * beyond the outbox's limit or on a full disk, the oldest first: counted. A reader peeks, sends, and acknowledges what has
 * arrived; after a crash it meets again what it had not acknowledged, with the same id, so delivery is at least once. How
 * fast it drains is its own affair. Safe for use by any thread; meant for one reader. No method but {@link #figures()} is
 * to be called on a framework thread, because all may wait for the disk.
 */
@ProviderType
public interface Outbox {

    /** Most bytes of a payload. */
    int PAYLOAD_BYTES_MAX = 16 * 1024 * 1024;

    /** Most characters of a topic. */
    int TOPIC_MAX = 65_535;

    /** Returns its name. */
    String name();

    /**
     * Appends a message. Waits while too much is being written, at most some seconds, and never for the disk itself: that
     * is what the answer is for. Messages of one thread keep their order.
     *
     * @param topic where to, may be empty, at most {@value #TOPIC_MAX} characters
     * @param payload the bytes, may be empty, at most {@value #PAYLOAD_BYTES_MAX}; not to be changed until the answer is there
     * @return completes with the message's sequence number when it survives also a loss of power; fails with a {@link
     *     StoreException}, and then the message is not there. Cancelling it changes nothing. What is hung on it runs on the
     *     store's only writing thread and must not wait
     */
    CompletableFuture<Long> append(String topic, byte[] payload);

    /**
     * Returns the oldest messages behind {@code after}, without removing them.
     *
     * @param after a sequence number; 0 for the first message
     * @param messagesMax most messages, 1 to 100 000
     * @param bytesMax most bytes of payloads together, 1 and up; a first message that is larger comes alone
     * @return in order of sequence; empty when there is none; unmodifiable
     * @throws StoreException when the store cannot be read
     */
    List<Message> peek(long after, int messagesMax, long bytesMax) throws StoreException;

    /**
     * Waits until there is a message behind {@code after}.
     *
     * @return whether there is
     * @throws InterruptedException when interrupted meanwhile
     */
    boolean await(long after, Duration atMost) throws InterruptedException;

    /**
     * Removes all messages up to a sequence number, itself included. A number beyond the last message removes those that
     * are there now.
     *
     * @return completes with how many were removed, when that survives the end of this process; fails with a {@link
     *     StoreException}, and then all are still there
     */
    CompletableFuture<Long> acknowledge(long upTo);

    /** Returns how it is doing. Does not wait. */
    Figures figures();

    /**
     * A message that waits.
     *
     * @param sequence ascending in its outbox, with gaps, 1 and up, never given twice by one database
     * @param id stable and unique, for receivers that must tell a second delivery from a second message; at most 40
     *     letters, digits and dashes
     * @param appendedNanos gateway time, nanoseconds since 1970-01-01T00:00:00Z; says nothing about the order
     * @param topic where to
     * @param payload the bytes; the caller's own
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Message(long sequence, String id, long appendedNanos, String topic, byte[] payload) {}

    /**
     * How an outbox is doing.
     *
     * @param messages how many wait
     * @param bytes what they take: payloads, topics and a fixed amount for each
     * @param bytesMax what they may take
     * @param dropped how many messages were dropped, the oldest first, since the outbox was made, restarts included
     * @param refused how many could not be appended since the start of the gateway
     * @param problem why it does not work now, empty while it does
     */
    record Figures(long messages, long bytes, long bytesMax, long dropped, long refused, String problem) {}
}
