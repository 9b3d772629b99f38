/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.device;

import io.bascule.api.channel.driver.DeviceFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** {@code bascule:channel-import}. */
@Service
@Command(
        scope = "bascule",
        name = "channel-import",
        description = "Gives a device the channels of a CSV file in place of those that it has",
        detailedDescription = """
                The list is checked as a whole first; what is wrong is named with its
                line, and then nothing changes. A list that is right is copied to
                etc/channels/DEVICE.csv, which becomes the device's channelsFile; its
                setting channels is removed. The connection to the device stays.

                Examples:
                  bascule:channel-import --check press1 data/press1.csv
                  bascule:channel-import press1 data/press1.csv""")
public final class ChannelImportCommand extends DeviceCommand {

    private static final String FILE_KEY = "channelsFile";
    private static final String CHANNELS_KEY = "channels";

    @Argument(name = "device", description = "Name of the device", required = true)
    @Completion(DeviceNames.class)
    String name = "";

    @Argument(index = 1, name = "file", description = "The CSV file", required = true)
    @Completion(ListFiles.class)
    String source = "";

    @Option(name = "--check", description = "Only say what is wrong with the list")
    boolean check;

    @Reference(optional = true)
    @Nullable
    ConfigurationAdmin configurations;

    @Override
    protected void run() throws CommandException, IOException {
        Path file = file(source);
        runtime().check(name, Map.of(CHANNELS_KEY, new String[0], FILE_KEY, file.toString()));
        if (check) {
            console().println("The list is right; nothing was changed.");
            return;
        }
        Configuration configuration = configuration();
        String kept = keep(file);
        Dictionary<String, Object> properties = configuration.getProperties();
        Map<String, Object> next = new HashMap<>();
        List<String> keys = properties == null ? new ArrayList<>() : Collections.list(properties.keys());
        keys.forEach(key -> next.put(key, properties.get(key)));
        next.remove(CHANNELS_KEY);
        next.put(FILE_KEY, kept);
        configuration.update(FrameworkUtil.asDictionary(next));
        console().println("Device " + name + " takes its channels from " + kept + " from now on.");
    }

    private Configuration configuration() throws CommandException, IOException {
        DeviceFigures figures = device(name).figures();
        String pid = figures == null ? "" : figures.pid();
        try {
            Configuration[] found = require(configurations, "configuration admin", "org.apache.felix.configadmin")
                    .listConfigurations("(" + Constants.SERVICE_PID + "=" + pid + ")");
            if (pid.isEmpty() || found == null || found.length == 0) {
                throw failure("Device '" + name + "' has no configuration that could be changed.");
            }
            return found[0];
        } catch (InvalidSyntaxException e) {
            throw new IOException("PID '" + pid + "' cannot be looked for", e);
        }
    }

    /** Copies the list to where configurations are, and returns its name as the configuration is to say it. */
    private String keep(Path file) throws IOException {
        Path base = file("").toAbsolutePath().normalize();
        Path folder =
                Path.of(System.getProperty("karaf.etc", base.resolve("etc").toString()), CHANNELS_KEY);
        Path kept = folder.toAbsolutePath().normalize().resolve(name.replace('/', '_') + ".csv");
        if (!Files.exists(kept) || !Files.isSameFile(file, kept)) {
            Files.createDirectories(kept.getParent());
            Path draft = Files.createTempFile(kept.getParent(), "import", ".tmp");
            Files.copy(file, draft, StandardCopyOption.REPLACE_EXISTING);
            Files.move(draft, kept, StandardCopyOption.ATOMIC_MOVE);
        }
        boolean isWorkingFolder = Path.of("").toAbsolutePath().normalize().equals(base);
        return isWorkingFolder && kept.startsWith(base) ? base.relativize(kept).toString() : kept.toString();
    }
}
