/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.grant;

import io.bascule.api.security.Capability;
import java.util.Arrays;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes the word for a capability. */
@Service
public final class CapabilityWords implements Completer {

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        List<String> words =
                Arrays.stream(Capability.values()).map(Capability::word).toList();
        return new StringsCompleter(words).complete(session, line, candidates);
    }
}
