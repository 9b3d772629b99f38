/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.configuration;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.utils.properties.TypedProperties;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a changed configuration back to the {@code .cfg} file that it came from, before the change returns to who made it: as a
 * whole to a file beside it, which then takes its place. File Install would do it later, on a thread of its own, and over
 * the old content: a crash in that moment leaves half a file or none, and at the next start the file goes before what the framework
 * has stored. So this does nothing unless File Install was told by {@value #SAVE} = false to leave it.
 */
@Component(service = SynchronousConfigurationListener.class, immediate = true)
public final class ConfigurationFiles implements SynchronousConfigurationListener {

    /** Property of the framework. */
    static final String SAVE = "felix.fileinstall.enableConfigSave";

    /** Property of the framework that says how File Install reads files; ISO-8859-1 when it is not set. */
    static final String ENCODING = "felix.fileinstall.configEncoding";

    /** Key that File Install keeps in a configuration that came from a file. */
    static final String FILE = "felix.fileinstall.filename";

    /** The specification's typed format is File Install's own. */
    private static final String ENDING = ".cfg";

    /** File Install looks for {@code .cfg} at the end. */
    private static final String DRAFT_ENDING = ".draft";

    private static final Set<String> NOTES =
            Set.of(FILE, Constants.SERVICE_PID, ConfigurationAdmin.SERVICE_FACTORYPID, "service.bundleLocation");

    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationFiles.class);

    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final boolean isInCharge;
    private final Charset charset;
    private final Map<String, Path> files = new ConcurrentHashMap<>();

    /** Takes note of which file belongs to which configuration. */
    @Activate
    public ConfigurationFiles(BundleContext context, @Reference ConfigurationAdmin configurations) throws IOException {
        this.context = context;
        this.configurations = configurations;
        String encoding = context.getProperty(ENCODING);
        this.charset = encoding == null ? StandardCharsets.ISO_8859_1 : Charset.forName(encoding);
        this.isInCharge = "false".equals(context.getProperty(SAVE));
        if (isInCharge) {
            for (Configuration each : find(null)) {
                note(each.getPid(), each.getProperties());
            }
        }
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        if (isInCharge && event.getType() == ConfigurationEvent.CM_UPDATED) {
            changed(event.getPid());
        } else if (isInCharge && event.getType() == ConfigurationEvent.CM_DELETED) {
            deleted(event.getPid());
        }
    }

    /** Makes the file of a configuration say what the configuration says. */
    synchronized void changed(String pid) {
        try {
            for (Configuration each : find("(" + Constants.SERVICE_PID + "=" + escape(pid) + ")")) {
                Dictionary<String, Object> properties = each.getProperties();
                Path file = note(pid, properties);
                // Whoever took the file away did not mean it to come back.
                if (file != null && Files.isRegularFile(file)) {
                    write(file, values(properties));
                }
            }
        } catch (IOException e) {
            LOG.error(
                    "pid={} has changed and its file {} cannot be written: {}. A restart would take the change back;"
                            + " check the disk and the folder's rights, then make the change again",
                    pid,
                    files.get(pid),
                    e.toString());
        }
    }

    /** Removes the file of a configuration that was removed. */
    synchronized void deleted(String pid) {
        Path file = files.remove(pid);
        if (file == null) {
            return;
        }
        try {
            if (Files.deleteIfExists(file)) {
                force(folderOf(file));
            }
        } catch (IOException e) {
            LOG.error(
                    "pid={} was removed and its file {} cannot be: {}. A restart would bring it back; remove the file",
                    pid,
                    file,
                    e.toString());
        }
    }

    private List<Configuration> find(@Nullable String filter) throws IOException {
        try {
            Configuration[] found = configurations.listConfigurations(filter);
            return found == null ? List.of() : List.of(found);
        } catch (InvalidSyntaxException e) {
            throw new IOException("the filter " + filter + " is not understood", e);
        }
    }

    private static String escape(String pid) {
        return pid.replaceAll("([\\\\*()])", "\\\\$1");
    }

    private @Nullable Path note(String pid, Dictionary<String, Object> properties) {
        if (!(properties.get(FILE) instanceof String name) || !name.endsWith(ENDING)) {
            files.remove(pid);
            return null;
        }
        Path file = name.startsWith("file:") ? Path.of(URI.create(name)) : Path.of(name);
        files.put(pid, file);
        return file;
    }

    private static Map<String, Object> values(Dictionary<String, Object> properties) {
        Map<String, Object> values = new HashMap<>();
        for (String key : Collections.list(properties.keys())) {
            if (!NOTES.contains(key)) {
                values.put(key, properties.get(key));
            }
        }
        return values;
    }

    private void write(Path file, Map<String, Object> values) throws IOException {
        // Keeps comments, order, and the placeholders of values that are still the same.
        TypedProperties said = new TypedProperties((name, key, placeholder) -> {
            String value = context.getProperty(placeholder);
            return value == null ? System.getProperty(placeholder) : value;
        });
        try (Reader in = Files.newBufferedReader(file, charset)) {
            said.load(in);
        }
        boolean isSame = true;
        for (String key : List.copyOf(said.keySet())) {
            if (!values.containsKey(key)) {
                said.remove(key);
                isSame = false;
            }
        }
        for (Map.Entry<String, Object> each : values.entrySet()) {
            if (!Objects.deepEquals(said.get(each.getKey()), each.getValue())) {
                said.put(each.getKey(), each.getValue());
                isSame = false;
            }
        }
        if (!isSame) {
            StringWriter text = new StringWriter();
            said.save(text);
            replace(file, text.toString().getBytes(charset));
        }
    }

    private static void replace(Path file, byte[] text) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + DRAFT_ENDING);
        try {
            Files.write(draft, text);
            PosixFileAttributeView rights = Files.getFileAttributeView(file, PosixFileAttributeView.class);
            if (rights != null) {
                Files.setPosixFilePermissions(draft, rights.readAttributes().permissions());
            }
            force(draft);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            force(folderOf(file));
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a folder");
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
