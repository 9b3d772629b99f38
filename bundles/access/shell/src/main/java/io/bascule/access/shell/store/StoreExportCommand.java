/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.store;

import io.bascule.access.shell.Display;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:store-export}. */
@Service
@Command(
        scope = "bascule",
        name = "store-export",
        description = "Writes stored readings to a CSV file: time, channel, kind, value, quality",
        detailedDescription = StoreCommand.TIMES + """
                It replaces no file; a relative name starts at the gateway's folder.

                Examples:
                  bascule:store-export data/press1.csv press1/temperature press1/speed
                  bascule:store-export --from 7d data/all.csv""")
public final class StoreExportCommand extends StoreCommand {

    @Argument(name = "file", description = "Where to", required = true)
    String target = "";

    @Argument(index = 1, name = "channel", description = "Names of channels; all if unset", multiValued = true)
    @Completion(StoredChannels.class)
    List<String> channels = List.of();

    @Option(name = "--from", description = "First time, 1d if unset")
    String from = "1d";

    @Option(name = "--until", description = "Time before which they lie, now if unset")
    String until = "now";

    @Override
    protected void run() throws CommandException, IOException {
        long first = time("--from", from);
        long end = time("--until", until);
        useReadings(store -> {
            List<String> wanted = channels.isEmpty() ? store.channels() : channels;
            Path file = Path.of(System.getProperty("karaf.base", ".")).resolve(target);
            long count;
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW))) {
                count = store.exportCsv(wanted, first, end, out);
            } catch (FileAlreadyExistsException e) {
                throw failure(file + " exists already; choose another name or delete it.");
            } catch (IOException e) {
                throw new IOException("readings cannot be written to " + file + ": " + e, e);
            }
            console().println("Wrote " + count + " readings to " + file + ", " + Display.bytes(Files.size(file)));
        });
    }
}
