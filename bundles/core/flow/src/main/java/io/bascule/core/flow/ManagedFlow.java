/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.flow.FlowStatus;
import io.bascule.api.flow.FlowStatus.StageStatus;
import io.bascule.api.flow.FlowStatus.State;
import io.bascule.core.flow.definition.FlowDefinition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One flow as the engine keeps it. Changed by the control thread only; read by any. The last graph is kept after the flow has
 * stopped, because its counters say what became of the data.
 */
final class ManagedFlow {

    final String name;
    volatile FlowDocument document;
    volatile State state = State.WAITING;
    volatile String reason = "";
    volatile @Nullable FlowDefinition definition;
    volatile @Nullable RunningFlow last;
    volatile @Nullable FlowDefinition lastDefinition;
    volatile boolean isOpen;

    /** What the document said when it was judged last; only the control thread uses it. */
    String judgedText = "";

    ManagedFlow(String name, FlowDocument document) {
        this.name = name;
        this.document = document;
    }

    FlowStatus status() {
        // The graph before the state: what is said of a new graph is never older than the graph.
        RunningFlow graph = last;
        FlowDefinition graphDefinition = lastDefinition;
        List<StageStatus> stages =
                graph == null || graphDefinition == null ? List.of() : graph.statuses(graphDefinition);
        String troubles = graph == null || !isOpen ? "" : graph.troubles();
        String both = reason.isEmpty() || troubles.isEmpty() ? reason + troubles : reason + "; " + troubles;
        return new FlowStatus(name, state, both, stages);
    }
}
