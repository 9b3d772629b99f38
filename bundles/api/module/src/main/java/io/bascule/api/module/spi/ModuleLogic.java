/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.channel.Batch;
import io.bascule.api.module.ModuleException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a native module does for one stage, with state of its own; made by {@link NativeModule#newLogic}. Its configuration
 * never changes: with other settings there is another one, which is given the state of this one. Confined: one thread at a
 * time.
 *
 * <p>What a call hands to its {@link Output} leaves when the call has returned. When it throws, whatever it throws, nothing
 * leaves and the fault is counted; the logic is used again, so it should not have changed its state by half. A
 * {@link ModuleException} with {@code retryAfter} makes the flow try the same batch again.
 */
@ConsumerType
public interface ModuleLogic extends AutoCloseable {

    /**
     * Processes a batch.
     *
     * @throws Exception when it cannot; this default, for modules of another world, always does
     */
    default void process(Batch batch, Output output) throws Exception {
        throw new ModuleException("this module takes no batches");
    }

    /**
     * Decodes the first frame in {@code data}; see {@link Decoder#decode}.
     *
     * @return how many bytes were used: 0 when more are needed
     * @throws Exception when it cannot; this default, for modules of another world, always does
     */
    default int decode(byte[] data, long timeNanos, Output output) throws Exception {
        throw new ModuleException("this module decodes no frames");
    }

    /**
     * Takes a message, such as a command.
     *
     * @throws Exception when it cannot; this default, for modules that take no messages, always does
     */
    default void message(String topic, byte[] payload, Output output) throws Exception {
        throw new ModuleException("this module takes no messages");
    }

    /**
     * Takes the state out. It should start with a format number.
     *
     * @return the module's own bytes, empty when it keeps no state
     * @throws Exception when it cannot
     */
    default byte[] snapshot() throws Exception {
        return new byte[0];
    }

    /**
     * Puts state in that {@link #snapshot()} of this or another version gave. Called only before the first batch.
     *
     * @throws Exception when it does not know the state; this logic is thrown away then
     */
    default void restore(byte[] state) throws Exception {
        throw new ModuleException("this module keeps no state");
    }

    /** Returns when {@link #timer} wants to be called; see {@link Instance#timerDueNanos()}. */
    default long timerDueNanos() {
        return Instance.NO_TIMER;
    }

    /**
     * Called when the timer is due.
     *
     * @throws Exception when it cannot do what was due
     */
    default void timer(Output output) throws Exception {}

    /** Returns how much memory the state holds as far as the module knows, bytes; asked on any thread. */
    default long memoryBytes() {
        return 0;
    }

    /** Lets go of everything. */
    @Override
    default void close() {}
}
