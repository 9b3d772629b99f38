/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.device;

import io.bascule.access.shell.Display;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:channel-export}. */
@Service
@Command(
        scope = "bascule",
        name = "channel-export",
        description = "Writes the channel list of a device as CSV, as bascule:channel-import takes it",
        detailedDescription = """
                Without a file it goes to the console. It replaces no file; a relative
                name starts at the gateway's folder.

                Examples:
                  bascule:channel-export press1
                  bascule:channel-export press1 data/press1.csv""")
public final class ChannelExportCommand extends DeviceCommand {

    @Argument(name = "device", description = "Name of the device", required = true)
    @Completion(DeviceNames.class)
    String name = "";

    @Argument(index = 1, name = "file", description = "Where to; the console if unset")
    @Completion(ListFiles.class)
    String target = "";

    @Override
    protected void run() throws CommandException, IOException {
        String csv = runtime().exportChannels(name);
        if (target.isEmpty()) {
            // The console's own line ends: CR would be seen in some of them.
            csv.lines().forEach(console()::println);
            return;
        }
        Path file = file(target);
        try {
            Files.writeString(file, csv, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw failure(file + " exists already; choose another name or delete it.");
        } catch (IOException e) {
            throw new IOException("the channel list cannot be written to " + file + ": " + e, e);
        }
        console()
                .println("Wrote " + (csv.lines().count() - 1) + " channels to " + file + ", "
                        + Display.bytes(Files.size(file)));
    }
}
