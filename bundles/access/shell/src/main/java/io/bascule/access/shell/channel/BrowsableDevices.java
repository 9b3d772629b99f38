/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.channel;

import io.bascule.api.channel.driver.DeviceBrowser;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes the name of a device that can be browsed. */
@Service
public final class BrowsableDevices implements Completer {

    @Reference
    List<DeviceBrowser> browsers = List.of();

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        List<String> names = browsers.stream().map(DeviceBrowser::device).toList();
        return new StringsCompleter(names).complete(session, line, candidates);
    }
}
