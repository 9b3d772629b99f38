/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.device;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.FileCompleter;

/** Completes the name of a file with a channel list. */
@Service
public final class ListFiles implements Completer {

    private final FileCompleter files = new FileCompleter();

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        return files.complete(session, line, candidates);
    }
}
