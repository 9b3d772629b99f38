/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Generated classes in a directory. They are executed as they are, so each file carries an HMAC under a key that only this
 * installation has; what does not match is deleted and compiled again. A cache that cannot be read or written costs time,
 * never a module. Used by the compiler threads only.
 */
final class ClassCache {

    private static final Logger LOG = LoggerFactory.getLogger(ClassCache.class);
    private static final String KEY_FILE = "cache.key";
    private static final String SUFFIX = ".classes";
    private static final String HMAC = "HmacSHA256";
    private static final int HMAC_BYTES = 32;
    private static final int KEY_BYTES = 32;
    private static final boolean IS_POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private final Path directory;
    private final long bytesMax;
    private final SecretKeySpec key;
    private final AtomicLong hits = new AtomicLong();
    private final AtomicLong misses = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();

    /** @throws IllegalArgumentException when the directory cannot be used */
    ClassCache(Path directory, long bytesMax) {
        this.directory = directory;
        this.bytesMax = bytesMax;
        try {
            Files.createDirectories(directory, attributes("rwx------"));
            this.key = new SecretKeySpec(readOrMakeKey(directory.resolve(KEY_FILE)), HMAC);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "class cache directory " + directory + " cannot be used; give one the gateway may write to", e);
        }
    }

    private static FileAttribute<?>[] attributes(String permissions) {
        return IS_POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static byte[] readOrMakeKey(Path file) throws IOException {
        byte[] fresh = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(fresh);
        try {
            Files.createFile(file, attributes("rw-------"));
            Files.write(file, fresh);
            return fresh;
        } catch (FileAlreadyExistsException e) {
            byte[] present = Files.readAllBytes(file);
            if (present.length == KEY_BYTES) {
                return present;
            }
            // Written in part, before a power loss: every file under the old key is worthless, and will be noticed.
            Files.write(file, fresh, StandardOpenOption.TRUNCATE_EXISTING);
            return fresh;
        }
    }

    long hits() {
        return hits.get();
    }

    long misses() {
        return misses.get();
    }

    long rejected() {
        return rejected.get();
    }

    /** Names a module's classes by all they depend on. */
    private static String nameOf(String digest) {
        String all =
                digest + '\n' + ChicoryEngine.ENGINE_VERSION + '\n' + GeneratedCode.VERSION + '\n' + Runtime.version();
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private byte[] hmac(String name, byte[] content, int offset) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            // The name is part of it: classes of one module must not pass for those of another.
            mac.update(name.getBytes(StandardCharsets.UTF_8));
            mac.update(content, offset, content.length - offset);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }

    /** Returns the classes of the module with that digest, if they are there and genuine. */
    Optional<GeneratedClasses> find(String digest) {
        String name = nameOf(digest);
        Path file = directory.resolve(name + SUFFIX);
        try {
            if (Files.size(file) > bytesMax) {
                return reject(file, "it is larger than the whole cache may be");
            }
            byte[] content = Files.readAllBytes(file);
            if (content.length < HMAC_BYTES
                    || !MessageDigest.isEqual(Arrays.copyOf(content, HMAC_BYTES), hmac(name, content, HMAC_BYTES))) {
                return reject(file, "its HMAC does not match");
            }
            GeneratedClasses classes = GeneratedClasses.decode(Arrays.copyOfRange(content, HMAC_BYTES, content.length));
            hits.incrementAndGet();
            return Optional.of(classes);
        } catch (NoSuchFileException e) {
            misses.incrementAndGet();
            return Optional.empty();
        } catch (IOException e) {
            return reject(file, e.toString());
        }
    }

    private Optional<GeneratedClasses> reject(Path file, String why) {
        rejected.incrementAndGet();
        LOG.warn("Cached classes refused and deleted, the module is compiled again: file={} reason={}", file, why);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("Refused file of the class cache cannot be deleted: file={} reason={}", file, e.toString());
        }
        return Optional.empty();
    }

    /** Keeps the classes of the module with that digest. */
    void put(String digest, GeneratedClasses classes) {
        String name = nameOf(digest);
        byte[] payload = classes.encode();
        if (payload.length + HMAC_BYTES > bytesMax) {
            return;
        }
        try {
            byte[] content = new byte[HMAC_BYTES + payload.length];
            System.arraycopy(payload, 0, content, HMAC_BYTES, payload.length);
            System.arraycopy(hmac(name, content, HMAC_BYTES), 0, content, 0, HMAC_BYTES);
            makeRoom(content.length);
            Path partial = Files.createTempFile(directory, name, ".partial", attributes("rw-------"));
            Files.write(partial, content);
            Files.move(
                    partial,
                    directory.resolve(name + SUFFIX),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Classes not cached: module={} directory={} reason={}", digest, directory, e.toString());
        }
    }

    private void makeRoom(long needed) throws IOException {
        List<Path> oldestFirst;
        try (Stream<Path> files = Files.list(directory)) {
            oldestFirst = files.filter(file -> !file.endsWith(KEY_FILE))
                    .sorted(Comparator.comparingLong(ClassCache::lastModified))
                    .toList();
        }
        long total = needed;
        for (Path file : oldestFirst) {
            total += Files.size(file);
        }
        for (Path file : oldestFirst) {
            if (total <= bytesMax) {
                return;
            }
            total -= Files.size(file);
            Files.deleteIfExists(file);
        }
    }

    private static long lastModified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
