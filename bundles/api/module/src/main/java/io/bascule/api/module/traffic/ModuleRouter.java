/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.traffic;

import io.bascule.api.module.ModuleException;
import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Divides what flows between the live versions of a module. A change happens in each stage between two batches: none is lost,
 * none is handled twice, the order within a channel stays. Safe for use by any thread.
 */
@ProviderType
public interface ModuleRouter {

    /** Returns the traffic of every module that a stage names or a route was set for, ordered by name. */
    List<ModuleTraffic> list();

    /** Returns the traffic of a module; of one that no stage names: no stages, no versions, rule {@code latest}. */
    ModuleTraffic traffic(String module);

    /**
     * Sets the route of a module and returns when each of its stages works by it. A version that comes to work in a stage for
     * the first time gets the state of the version that worked there before (snapshot, restore); one that was on standby goes
     * on with the state it has. Stages that appear later follow it too. It holds until the next call and is not stored: who
     * calls this says it again after a restart.
     *
     * @param handover whether a version that is new in a stage gets the state of the one before it
     * @param time how long to wait for all stages
     * @throws ModuleException when a version is not there, an instance cannot be made, state was refused, or time has run out;
     *     then every stage is back on the route before
     */
    void route(String module, Route route, Handover handover, Duration time) throws ModuleException;

    /**
     * Lets the stages of a module hold their input, each after the batch it works on; instances and states stay. Returns when
     * they stand. Pausing twice does nothing more. A module that no stage names is paused for stages to come.
     *
     * @throws ModuleException when a stage does not stand in {@code time}; then it goes on
     */
    void pause(String module, Duration time) throws ModuleException;

    /** Lets the stages of a module go on where they stood; nothing when they are not paused. */
    void resume(String module);

    /** What a version gets that is new in a stage. */
    enum Handover {
        /** The state of the version that worked there before. */
        STATE,
        /** Nothing: it starts as if for the first time. */
        NONE
    }
}
