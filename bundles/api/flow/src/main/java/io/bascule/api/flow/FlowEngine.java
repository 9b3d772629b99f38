/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.flow;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Runs flows. Definitions come as files in the flows folder or as configurations; see docs/reference/flow.md. Any thread. */
@ProviderType
public interface FlowEngine {

    /** Returns all flows ordered by name; an unmodifiable snapshot. */
    List<FlowStatus> list();

    /** Finds a flow by name. */
    Optional<FlowStatus> find(String name);

    /** Returns the JSON definition of a flow; empty when there is none. */
    Optional<String> definition(String name);

    /**
     * Checks a definition against what is installed now.
     *
     * @return all problems at once, in the order of the document; empty when it would run
     */
    List<FlowProblem> validate(String json);

    /**
     * Starts a flow; it stays started over restarts.
     *
     * @throws FlowException when there is none, or it is invalid
     */
    void start(String name) throws FlowException;

    /**
     * Stops a flow: sources first, then what is queued is worked off within the drain time, the rest is counted as dropped.
     * It stays stopped over restarts.
     *
     * @throws FlowException when there is none
     */
    void stop(String name) throws FlowException;
}
