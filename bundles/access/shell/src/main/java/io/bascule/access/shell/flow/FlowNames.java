/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.flow;

import io.bascule.api.flow.FlowEngine;
import io.bascule.api.flow.FlowStatus;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;

/** Completes the name of a flow. */
@Service
public final class FlowNames implements Completer {

    @Reference(optional = true)
    @Nullable
    FlowEngine engine;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        List<String> names = engine == null
                ? List.of()
                : engine.list().stream().map(FlowStatus::name).toList();
        return new StringsCompleter(names).complete(session, line, candidates);
    }
}
