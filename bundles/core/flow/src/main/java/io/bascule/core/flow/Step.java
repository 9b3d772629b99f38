/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.FlowException;

/**
 * What a worker does with what it takes from its queue. Start and quiesce are called by the control thread, everything else
 * by the worker.
 */
interface Step {

    /** Marks that no timer is set. */
    long NO_TIMER = Long.MAX_VALUE;

    /** What became of a call. */
    enum Outcome {
        /** The call is done with the data. */
        DONE,
        /** There is nobody to take the data now; it is to be offered again. */
        HELD
    }

    /** Starts sending, for sources. */
    default void start() throws FlowException {}

    /** Stops sending, for sources. */
    default void quiesce() {}

    /** Called between two batches: the only place where the one who works can be exchanged. */
    default void boundary() {}

    /** Returns whether there is somebody to take data. */
    default boolean isReady() {
        return true;
    }

    /** Returns the most readings that a call takes. */
    default int sizeMax() {
        return Batch.SIZE_MAX;
    }

    /** Takes a batch. */
    Outcome accept(Batch batch) throws Exception;

    /** Takes a message. */
    Outcome acceptMessage(Message message) throws Exception;

    /** Returns whether the step waits for {@link #boundary()} with something that cannot wait long. */
    default boolean isSummoned() {
        return false;
    }

    /** Forgets a batch that is given up; returns how many of its readings nobody has taken. */
    default int giveUp(Batch batch) {
        return batch.size();
    }

    /** Forgets a message that is given up. */
    default void giveUp(Message message) {}

    /** Returns when {@link #runTimers()} is due, in terms of {@link System#nanoTime()}, or {@link #NO_TIMER}. */
    long timerDueNanos();

    /** Runs what is due. */
    void runTimers() throws Exception;

    /** Returns the module in the slot with its version, empty when there is none. */
    default String module() {
        return "";
    }

    /** Lets go of everything. */
    void close();
}
