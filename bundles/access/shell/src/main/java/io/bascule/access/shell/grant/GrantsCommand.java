/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.grant;

import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.access.shell.module.ModuleNames;
import io.bascule.api.security.Grant;
import io.bascule.api.security.NamePattern;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:grants}. */
@Service
@Command(
        scope = "bascule",
        name = "grants",
        description = "Lists what modules are allowed to do",
        detailedDescription = """
                Examples:
                  bascule:grants
                  bascule:grants --json trend-anomaly""")
public final class GrantsCommand extends GrantCommandBase {

    @Argument(name = "module", description = "Only what holds for this module; all if unset")
    @Completion(ModuleNames.class)
    String module = "";

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException {
        List<Grant> grants = module.isEmpty() ? registry().list() : registry().listFor(module);
        if (json) {
            console()
                    .println(
                            Json.text(grants.stream().map(g -> facts(g).toMap()).toList()));
            return;
        }
        if (grants.isEmpty()) {
            console()
                    .println("Nothing is granted" + (module.isEmpty() ? "" : " to " + module)
                            + ". 'bascule:grant --help' shows how.");
            return;
        }
        Table table = new Table().flexible("MODULE").text("CAPABILITY").flexible("PATTERNS");
        for (Grant grant : grants) {
            table.row(
                    grant.module(),
                    grant.capability().word(),
                    grant.scope().stream().map(NamePattern::text).collect(Collectors.joining(" ")));
        }
        table.print(console());
    }

    private static Json facts(Grant grant) {
        return Json.object()
                .with("module", grant.module())
                .with("capability", grant.capability().word())
                .with("patterns", grant.scope().stream().map(NamePattern::text).toList());
    }
}
