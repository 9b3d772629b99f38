/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.module.ModuleDescriptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Small durable values of modules, one file for each module, written behind: {@link #flush()} is called about once a second
 * and before the gateway stops. A file is replaced as a whole, so that a power loss leaves the old or the new one. Safe for
 * use by any thread; each module's values are shared by its instances.
 */
public final class StateStore {

    private static final Logger LOG = LoggerFactory.getLogger(StateStore.class);
    private static final int MAGIC = 0x42535431;
    private static final int ENTRIES_READ_MAX = 1 << 16;

    private final Path directory;
    private final Map<String, Values> modules = new ConcurrentHashMap<>();

    /**
     * Keeps values in files.
     *
     * @param directory made when it does not exist
     */
    public StateStore(Path directory) {
        try {
            this.directory = Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the directory for module state '" + directory + "'", e);
        }
    }

    /** Returns the values of a module, read from its file the first time. */
    Values open(String module) {
        return modules.computeIfAbsent(ModuleDescriptor.requireName(module), m -> new Values(read(file(m))));
    }

    /** Writes what has changed since the last time. What cannot be written is logged and tried again. */
    public void flush() {
        modules.forEach((module, values) -> values.takeChanged().ifPresent(changed -> {
            try {
                write(file(module), changed);
            } catch (IOException e) {
                values.markChanged();
                LOG.error(
                        "module={} state not stored in '{}', tried again soon; free space or mend the directory: {}",
                        module,
                        file(module),
                        e.toString());
            }
        }));
    }

    private Path file(String module) {
        return directory.resolve(module + ".state");
    }

    private static Map<String, byte[]> read(Path file) {
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            byte[] bytes = Files.readAllBytes(file);
            return decode(bytes);
        } catch (IOException e) {
            Path aside = file.resolveSibling(file.getFileName() + ".corrupt");
            LOG.error(
                    "state file '{}' cannot be used, it is kept as '{}' and the module starts without state: {}",
                    file,
                    aside,
                    e.toString());
            try {
                Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException unmovable) {
                LOG.error("state file '{}' cannot be moved aside: {}", file, unmovable.toString());
            }
            return Map.of();
        }
    }

    private static Map<String, byte[]> decode(byte[] bytes) throws IOException {
        int body = bytes.length - Integer.BYTES;
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, Math.max(0, body));
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (body < 2 * Integer.BYTES || in.readInt() != MAGIC) {
                throw new IOException("it is not a state file");
            }
            int count = in.readInt();
            if (count < 0 || count > ENTRIES_READ_MAX) {
                throw new IOException("it says that it holds " + count + " values");
            }
            Map<String, byte[]> values = new HashMap<>();
            for (int i = 0; i < count; i++) {
                String key = in.readUTF();
                int length = in.readInt();
                if (length < 0 || length > in.available()) {
                    throw new IOException("the value of '" + key + "' is cut");
                }
                values.put(key, in.readNBytes(length));
            }
            if (in.readInt() != (int) crc.getValue()) {
                throw new IOException("its checksum does not fit");
            }
            return values;
        }
    }

    private static void write(Path file, Map<String, byte[]> values) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(values.size());
            for (Map.Entry<String, byte[]> entry : new TreeMap<>(values).entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeInt(entry.getValue().length);
                out.write(entry.getValue());
            }
            CRC32C crc = new CRC32C();
            crc.update(bytes.toByteArray());
            out.writeInt((int) crc.getValue());
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            java.nio.ByteBuffer buffer = java.nio.ByteBuffer.wrap(bytes.toByteArray());
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The values of one module. Safe for use by any thread. */
    static final class Values {
        private final Map<String, byte[]> values;
        private int bytes;
        private boolean isChanged;

        private Values(Map<String, byte[]> stored) {
            values = new HashMap<>(stored);
            values.forEach((k, v) -> bytes += k.length() + v.length);
        }

        synchronized byte[] get(String key) {
            byte[] value = values.get(key);
            return value == null ? new byte[0] : value.clone();
        }

        /** Returns whether these changes fit; nothing is changed. */
        synchronized boolean fits(Map<String, byte[]> changes, CapabilityLimits limits) {
            long size = bytes;
            int keys = values.size();
            for (Map.Entry<String, byte[]> change : changes.entrySet()) {
                byte[] old = values.get(change.getKey());
                size -= old == null ? 0 : change.getKey().length() + old.length;
                keys -= old == null ? 0 : 1;
                if (change.getValue().length > 0) {
                    size += change.getKey().length() + change.getValue().length;
                    keys++;
                }
            }
            return size <= limits.stateBytesMax() && keys <= limits.stateKeysMax();
        }

        synchronized void apply(Map<String, byte[]> changes) {
            changes.forEach((key, value) -> {
                byte[] old = value.length == 0 ? values.remove(key) : values.put(key, value);
                bytes -= old == null ? 0 : key.length() + old.length;
                bytes += value.length == 0 ? 0 : key.length() + value.length;
                isChanged = true;
            });
        }

        private synchronized Optional<Map<String, byte[]>> takeChanged() {
            if (!isChanged) {
                return Optional.empty();
            }
            isChanged = false;
            return Optional.of(Map.copyOf(values));
        }

        private synchronized void markChanged() {
            isChanged = true;
        }
    }
}
