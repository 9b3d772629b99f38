/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.traffic;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes the word that a traffic rule begins with. */
@Service
public final class RuleWords implements Completer {

    static final List<String> WORDS = List.of("latest", "all", "weighted", "round-robin", "by-channel", "shadow");

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        return new StringsCompleter(WORDS).complete(session, line, candidates);
    }
}
