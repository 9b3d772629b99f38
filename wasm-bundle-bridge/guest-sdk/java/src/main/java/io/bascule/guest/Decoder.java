/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.guest;

/** Turns bytes of a device or topic into readings, which it emits through {@link Host#emit}. */
public interface Decoder {
    /**
     * Takes the configuration; called once, before everything else.
     *
     * @param config one JSON object; a missing key means the default
     * @throws IllegalArgumentException to refuse the configuration, with a message for the log
     */
    void configure(Config config);

    /**
     * Decodes what arrived.
     *
     * @param data possibly a part of a frame or several frames
     * @param timeNanos when it arrived, nanoseconds since 1970-01-01T00:00:00Z
     * @return the number of bytes consumed from the start, 0 if more are needed, or a negative code of {@link Host}
     */
    int decode(byte[] data, long timeNanos);

    /**
     * The module's own test, on an instance that is thrown away.
     *
     * @return true if the module works; must not depend on what the host answers
     */
    boolean test();
}
