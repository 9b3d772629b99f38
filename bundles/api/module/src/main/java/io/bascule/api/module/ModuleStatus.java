/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module;

/**
 * How a module is doing at one moment.
 *
 * @param state its state
 * @param reason why it is not ready and what to do, empty when there is nothing to say
 * @param instances how many stages use it
 * @param calls calls that returned, since it was started
 * @param faults calls that trapped, ran out of fuel or time, or were answered with an error
 * @param lastFault what went wrong in the last of these calls, empty when there was none or the reason tells it; stays when the
 *     module works again
 * @param restarts how often a new instance had to be made
 * @param busyNanos time spent in it
 * @param memoryBytes memory that its instances hold, bytes; of a native module what it says itself, 0 when it says nothing
 */
public record ModuleStatus(
        ModuleState state,
        String reason,
        int instances,
        long calls,
        long faults,
        String lastFault,
        long restarts,
        long busyNanos,
        long memoryBytes) {

    /** Returns the same figures with another state and reason. */
    public ModuleStatus with(ModuleState other, String why) {
        return new ModuleStatus(other, why, instances, calls, faults, lastFault, restarts, busyNanos, memoryBytes);
    }

    /** Returns a status with a state and a reason and nothing counted. */
    public static ModuleStatus of(ModuleState state, String reason) {
        return new ModuleStatus(state, reason, 0, 0, 0, "", 0, 0, 0);
    }
}
