/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.core.flow.definition.Fields;
import io.bascule.core.flow.definition.GraphCheck;
import io.bascule.core.flow.definition.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * A built-in stage type: one function reads the configuration for checking and for opening, so that the two cannot differ.
 *
 * @param role where it may stand
 * @param maker reads the configuration and says how to make the stage
 */
record Rule(Role role, Maker maker) implements StageFactory, GraphCheck.PassesReadings {

    /** For whom a stage works. */
    record Place(String flow, String id, StageOutput output) {
        String label() {
            return flow + "/" + id;
        }
    }

    /** Makes the stage, once the configuration has been read. */
    @FunctionalInterface
    interface Opener {
        Stage open(Place place);
    }

    /** Reads all keys, noting problems; what it returns is used only when there were none. */
    @FunctionalInterface
    interface Maker {
        Opener read(Fields config);
    }

    private Opener read(String configJson, List<Problem> problems) {
        Fields fields = Fields.ofConfig(configJson, problems);
        Opener opener = maker.read(fields);
        fields.end();
        return opener;
    }

    @Override
    public List<FlowProblem> validate(String configJson) {
        List<Problem> problems = new ArrayList<>();
        read(configJson, problems);
        return problems.stream().map(Problem::toFlowProblem).toList();
    }

    @Override
    public Stage open(String flow, String id, String configJson, StageOutput output) throws FlowException {
        List<Problem> problems = new ArrayList<>();
        Opener opener = read(configJson, problems);
        if (!problems.isEmpty()) {
            throw new FlowException("the configuration of stage '" + id + "' is wrong: " + problems);
        }
        return opener.open(new Place(flow, id, output));
    }
}
