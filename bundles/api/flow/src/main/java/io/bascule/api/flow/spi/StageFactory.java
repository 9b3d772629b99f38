/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.flow.spi;

import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowProblem;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Makes stages of one type. Registered as a service with property {@value #TYPE}. */
@ConsumerType
public interface StageFactory {

    /** Service property: the stage type in flow definitions, for example {@code mqtt-sink}. */
    String TYPE = "bascule.stage.type";

    /** Where stages of a type may stand in a flow. */
    enum Role {
        /** Only sends. */
        SOURCE,
        /** Receives and sends. */
        STAGE,
        /** Only receives. */
        SINK
    }

    /** Returns where stages of this type may stand. */
    Role role();

    /**
     * Checks a stage's configuration.
     *
     * @return all problems, paths relative to the configuration; empty when it is fine
     */
    List<FlowProblem> validate(String configJson);

    /**
     * Makes a stage.
     *
     * @param flow the flow's name
     * @param id the stage's name in the flow
     * @param configJson its configuration, a JSON object that {@link #validate} found to be fine
     * @param output where its batches go; sinks do not use it
     * @throws FlowException when it cannot be made now; the flow waits and tries again
     */
    Stage open(String flow, String id, String configJson, StageOutput output) throws FlowException;
}
