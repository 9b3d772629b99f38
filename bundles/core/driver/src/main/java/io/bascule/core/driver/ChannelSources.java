/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.DeviceSettings;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the channels of a device are written: in its configuration, in a CSV file, or in both. */
final class ChannelSources {

    private static final long FILE_BYTES_MAX = 16L * 1024 * 1024;

    private ChannelSources() {}

    static List<ChannelConfig> read(DeviceSettings settings) {
        List<ChannelConfig> channels = new ArrayList<>();
        for (String written : settings.list("channels")) {
            channels.addAll(ChannelText.parse(written, problem -> settings.problem("channels: " + problem)));
        }
        String file = settings.text("channelsFile", "");
        if (!file.isEmpty()) {
            try {
                channels.addAll(ChannelCsv.parse(
                        content(file), problem -> settings.problem("channelsFile '" + file + "': " + problem)));
            } catch (IOException | InvalidPathException e) {
                settings.problem("channelsFile '" + file + "' cannot be read: " + reason(e)
                        + "; expected a CSV file, relative to the gateway's working folder");
            }
        }
        return channels;
    }

    private static String content(String file) throws IOException {
        Path path = Path.of(file);
        if (!Files.isRegularFile(path)) {
            throw new IOException(Files.exists(path) ? "it is not a regular file" : "there is no such file");
        }
        if (Files.size(path) > FILE_BYTES_MAX) {
            throw new IOException("it has " + Files.size(path) + " bytes; at most " + FILE_BYTES_MAX + " are read");
        }
        return Files.readString(path, StandardCharsets.UTF_8);
    }

    private static String reason(Exception e) {
        return e instanceof CharacterCodingException ? "it is not UTF-8" : String.valueOf(e.getMessage());
    }
}
