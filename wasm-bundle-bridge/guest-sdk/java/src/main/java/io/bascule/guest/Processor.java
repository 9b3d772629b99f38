/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.guest;

/**
 * A stage of a flow: readings in, readings and alerts out. What is emitted during a call is committed when the call returns
 * normally with a result of 0 or more. An exception becomes the code {@link Host#FAILED} and discards what was emitted.
 */
public interface Processor {
    /**
     * Takes the configuration; called once, before everything else.
     *
     * @param config one JSON object; a missing key means the default
     * @throws IllegalArgumentException to refuse the configuration, with a message for the log
     */
    void configure(Config config);

    /**
     * Handles a batch in arrival order.
     *
     * @param batch the module's own copy, valid during the call: change it in place and emit a part of it
     * @return a count of 0 or more, or a negative code of {@link Host}
     */
    int process(Batch batch);

    /**
     * Returns what a successor needs to go on.
     *
     * @return at most 65536 bytes, beginning with a format number
     */
    byte[] snapshot();

    /**
     * Takes over a predecessor's snapshot; called after {@link #configure}.
     *
     * @param state what a predecessor's {@link #snapshot} returned, possibly of another version
     * @return false to start with the initial state, because this state is unknown or damaged
     */
    boolean restore(byte[] state);

    /**
     * The module's own test, on an instance that is thrown away.
     *
     * @return true if the module works; must not depend on what the host answers
     */
    boolean test();
}
