/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.flow;

import java.util.List;

/**
 * How a flow is doing at one moment.
 *
 * @param name its name
 * @param state what it does
 * @param reason why it is not running and what to do, empty when there is nothing to say
 * @param stages its stages in the order of the definition
 */
public record FlowStatus(String name, State state, String reason, List<StageStatus> stages) {

    /** What a flow does. */
    public enum State {
        /** Not running, by a person's wish. */
        STOPPED,
        /** Valid, but a module or stage type that it needs is not there yet; starts by itself when it is. */
        WAITING,
        /** Running. */
        RUNNING,
        /** The definition is wrong. */
        INVALID
    }

    /** Copies the list. */
    public FlowStatus {
        stages = List.copyOf(stages);
    }

    /**
     * How a stage is doing.
     *
     * @param id its name in the flow
     * @param type its type
     * @param module the module that fills it, with version; empty for built-in stages
     * @param queued batches waiting now
     * @param capacity most batches that may wait
     * @param overflow what happens beyond
     * @param readingsIn readings accepted into the queue
     * @param readingsOut readings handed on
     * @param readingsDropped readings dropped under the policy or after a fault; counted, never silent
     * @param faults calls that failed
     * @param lastFault what the last failure said, empty when there was none
     * @param busyNanos time its worker spent working
     */
    public record StageStatus(
            String id,
            String type,
            String module,
            int queued,
            int capacity,
            OverflowPolicy overflow,
            long readingsIn,
            long readingsOut,
            long readingsDropped,
            long faults,
            String lastFault,
            long busyNanos) {}
}
