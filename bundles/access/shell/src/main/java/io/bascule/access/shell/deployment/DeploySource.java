/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.deployment;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.karaf.shell.support.CommandException;

/**
 * What a person names to deploy it.
 *
 * @param url where it is
 * @param isManifest whether it is a manifest
 */
record DeploySource(String url, boolean isManifest) {

    /** A manifest is written by a person or a tool for one gateway; more than this is something else. */
    private static final int MANIFEST_BYTES_MAX = 4 * 1024 * 1024;

    private static final int TIMEOUT_MILLIS = 30_000;
    /** Two letters at least: one is a drive. */
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

    static DeploySource of(String what) throws CommandException {
        String url = what;
        if (!SCHEME.matcher(what).matches()) {
            Path file = DeploymentCommand.file(what).toAbsolutePath().normalize();
            if (!Files.isRegularFile(file)) {
                throw new CommandException(
                        "'" + what + "' is not there: expected a URL or a file, looked for " + file + ".");
            }
            url = file.toUri().toString();
        }
        int query = url.indexOf('?');
        String path = (query < 0 ? url : url.substring(0, query)).toLowerCase(Locale.ROOT);
        return new DeploySource(url, path.endsWith(".json") || (path.startsWith("mvn:") && path.endsWith("/json")));
    }

    /** Reads the manifest. */
    String text() throws IOException {
        URLConnection connection = new URL(url).openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setUseCaches(false);
        try (InputStream in = connection.getInputStream()) {
            byte[] bytes = in.readNBytes(MANIFEST_BYTES_MAX + 1);
            if (bytes.length > MANIFEST_BYTES_MAX) {
                throw new IOException(url + " has more than " + MANIFEST_BYTES_MAX
                        + " bytes, so it is not read; expected a manifest, see docs/reference/deployment.md");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IOException("manifest " + url + " cannot be read: " + e.getMessage(), e);
        }
    }
}
