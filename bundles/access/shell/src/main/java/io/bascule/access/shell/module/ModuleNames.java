/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.module;

import io.bascule.api.module.ModuleManager;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;

/** Completes the name of an installed module. */
@Service
public final class ModuleNames implements Completer {

    @Reference(optional = true)
    @Nullable
    ModuleManager manager;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        List<String> names = manager == null
                ? List.of()
                : manager.list().stream().map(m -> m.descriptor().name()).toList();
        return new StringsCompleter(names).complete(session, line, candidates);
    }
}
