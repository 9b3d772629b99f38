/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleManager;
import io.bascule.api.security.Capability;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/** Fetches artefacts into files of this bundle, reads what they declare, and copies the artefact of an installed bundle. */
final class Artefacts {

    private static final String WASM_PREFIX = "wasm:";
    private static final String MANIFEST = JarFile.MANIFEST_NAME;
    private static final int COPY_BUFFER_BYTES = 16 * 1024;

    private final Path folder;
    private final LifecycleLimits limits;

    Artefacts(Path folder, LifecycleLimits limits) {
        this.folder = folder;
        this.limits = limits;
    }

    /** Returns the location under which the framework knows the artefact at {@code url}: a bare {@code .wasm} is wrapped. */
    static String locationOf(String url) {
        String stripped = url.strip();
        int query = stripped.indexOf('?');
        String path = (query < 0 ? stripped : stripped.substring(0, query)).toLowerCase(Locale.ROOT);
        boolean isBare = path.endsWith(".wasm") || (path.startsWith("mvn:") && path.endsWith("/wasm"));
        return isBare && !stripped.startsWith(WASM_PREFIX) ? WASM_PREFIX + stripped : stripped;
    }

    /**
     * Fetches what is at {@code location} into a file of its own, which the caller deletes.
     *
     * @throws ModuleException when it cannot be read or is too large
     */
    Path fetch(String location) throws ModuleException {
        Path file = null;
        try {
            // Not URI.toURL: the handlers for mvn: and wasm: take text that is no valid URI.
            @SuppressWarnings("deprecation")
            URL url = new URL(location);
            file = newFile();
            URLConnection connection = url.openConnection();
            int timeoutMillis =
                    (int) Math.min(Integer.MAX_VALUE, limits.operation().toMillis());
            connection.setConnectTimeout(timeoutMillis);
            connection.setReadTimeout(timeoutMillis);
            connection.setUseCaches(false);
            try (InputStream in = connection.getInputStream();
                    OutputStream out = Files.newOutputStream(file)) {
                copy(in, out, location, limits.artefactBytesMax());
            }
            return file;
        } catch (NotKeptException e) {
            delete(file);
            throw new ModuleException(
                    "cannot keep the module from '" + location + "' in '" + folder + "': " + reason(e)
                            + "; free space on its device and let the gateway write there",
                    e);
        } catch (IOException | RuntimeException e) {
            delete(file);
            throw new ModuleException(
                    "cannot read a module from '" + location + "': " + reason(e)
                            + "; expected a URL such as file:/opt/modules/fir.wasm or mvn:group/artifact/version",
                    e);
        }
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    /**
     * Reads what the bundle in {@code file} declares.
     *
     * @throws ModuleException when it is no bundle, or no module
     */
    ModuleIdentity identity(Path file, String location) throws ModuleException {
        Map<String, Object> attributes;
        String header;
        try (JarFile jar = new JarFile(file.toFile(), false)) {
            Manifest manifest = jar.getManifest();
            if (manifest == null) {
                throw new ModuleException("'" + location + "' is refused: it has no manifest, so it is no bundle;"
                        + " a WebAssembly file must end in .wasm or be written with the prefix wasm:");
            }
            header = manifest.getMainAttributes().getValue(Constants.PROVIDE_CAPABILITY);
            attributes = CapabilityHeader.find(header == null ? "" : header, ModuleManager.MODULE_NAMESPACE)
                    .map(HashMap::new)
                    .orElseThrow(() -> new ModuleException("'" + location
                            + "' is refused: the bundle does not provide the"
                            + " capability " + ModuleManager.MODULE_NAMESPACE + "; a native module needs the header"
                            + " Provide-Capability: bascule.module;name=<name>;version:Version=<version>;kind=native;"
                            + "world=processor"));
        } catch (IOException e) {
            throw new ModuleException(
                    "'" + location + "' is refused: it is neither a bundle nor a .wasm file: " + e, e);
        }
        return ModuleIdentity.of(attributes, EnumSet.noneOf(Capability.class));
    }

    /**
     * Copies the artefact of an installed bundle into a file of its own, which the caller deletes. The framework has no call
     * for this; a bundle's entries are all it was installed from.
     *
     * @throws ModuleException when an entry cannot be read or there are too many bytes
     */
    Path copyOf(Bundle bundle) throws ModuleException {
        Path file = null;
        try {
            file = newFile();
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
                long left = limits.artefactBytesMax();
                // The manifest must come first: readers of streams look for it there.
                left -= write(zip, bundle, MANIFEST, left);
                Deque<String> folders = new ArrayDeque<>();
                folders.add("/");
                while (!folders.isEmpty()) {
                    Enumeration<String> paths = bundle.getEntryPaths(folders.remove());
                    for (String path : paths == null ? Collections.<String>emptyList() : Collections.list(paths)) {
                        if (path.endsWith("/")) {
                            folders.add(path);
                        } else if (!path.equals(MANIFEST)) {
                            left -= write(zip, bundle, path, left);
                        }
                    }
                }
            }
            return file;
        } catch (IOException e) {
            delete(file);
            throw new ModuleException(
                    "cannot keep the present artefact of bundle " + bundle.getBundleId() + " '" + bundle.getLocation()
                            + "', so it is not updated: " + e.getMessage(),
                    e);
        }
    }

    private static long write(ZipOutputStream zip, Bundle bundle, String path, long left) throws IOException {
        URL entry = bundle.getEntry(path);
        if (entry == null) {
            throw new IOException("it has no entry " + path);
        }
        zip.putNextEntry(new ZipEntry(path));
        long written;
        try (InputStream in = entry.openStream()) {
            written = copy(in, zip, path, left);
        }
        zip.closeEntry();
        return written;
    }

    private static long copy(InputStream in, OutputStream out, String what, long bytesMax) throws IOException {
        byte[] buffer = new byte[COPY_BUFFER_BYTES];
        long total = 0;
        int count = in.read(buffer);
        while (count >= 0) {
            total += count;
            if (total > bytesMax) {
                throw new IOException("'" + what + "' is larger than what is left of " + bytesMax
                        + " bytes (configuration " + LifecycleConfig.PID + ", artefactBytesMax)");
            }
            try {
                out.write(buffer, 0, count);
            } catch (IOException e) {
                throw new NotKeptException(e);
            }
            count = in.read(buffer);
        }
        return total;
    }

    private Path newFile() throws NotKeptException {
        try {
            Files.createDirectories(folder);
            return Files.createTempFile(folder, "artefact", ".jar");
        } catch (IOException e) {
            throw new NotKeptException(e);
        }
    }

    /** The gateway's own disk failed, not who sends the module. */
    private static final class NotKeptException extends IOException {
        private static final long serialVersionUID = 1L;

        NotKeptException(IOException cause) {
            super(cause.toString(), cause);
        }
    }

    /** Deletes a file made here; null is nothing to do. What cannot be deleted goes at the next start. */
    static void delete(@Nullable Path file) {
        if (file != null && !file.toFile().delete()) {
            file.toFile().deleteOnExit();
        }
    }

    /** Deletes what an earlier run left behind. */
    void clear() {
        Path[] left = new Path[0];
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                left = files.toArray(Path[]::new);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list " + folder, e);
            }
        }
        for (Path file : left) {
            delete(file);
        }
    }
}
