/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.grant;

import io.bascule.access.shell.module.ModuleNames;
import io.bascule.api.security.Grant;
import io.bascule.api.security.GrantStoreException;
import io.bascule.api.security.NamePattern;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:grant}. */
@Service
@Command(
        scope = "bascule",
        name = "grant",
        description = "Allows a module a capability; in force at once and kept over restarts",
        detailedDescription = """
                Capabilities: log, clock, emit, state, timer need no pattern; channel-
                read, channel-write and io need at least one. In a pattern, * stands
                for any characters up to the next slash, ** for any characters. The
                module '*' stands for every module.

                Examples:
                  bascule:grant trend-anomaly emit
                  bascule:grant pid channel-write 'press1/valve'
                  bascule:grant '*' log""")
public final class GrantCommand extends GrantCommandBase {

    @Argument(name = "module", description = "Name of the module, or * for every module", required = true)
    @Completion(ModuleNames.class)
    String module = "";

    @Argument(index = 1, name = "capability", description = "What it may do", required = true)
    @Completion(CapabilityWords.class)
    String capability = "";

    @Argument(index = 2, name = "pattern", description = "For which channels or endpoints", multiValued = true)
    List<String> patterns = List.of();

    @Override
    protected void run() throws GrantStoreException, CommandException {
        Grant grant = new Grant(
                module,
                capability(capability),
                patterns.stream().map(NamePattern::of).toList());
        registry().grant(grant);
        console().println("Granted " + capability + (patterns.isEmpty() ? "" : " " + patterns) + " to " + module);
    }
}
