/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import io.bascule.api.module.deployment.DeploymentManager;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;

/** Completes the number of a deployment. */
@Service
public final class DeploymentNumbers implements Completer {

    @Reference(optional = true)
    @Nullable
    DeploymentManager manager;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        List<String> numbers = manager == null
                ? List.of()
                : manager.list().stream().map(d -> Long.toString(d.id())).toList();
        return new StringsCompleter(numbers).complete(session, line, candidates);
    }
}
