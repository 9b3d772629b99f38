/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * The artefacts of modules, each under its content's digest: {@code artefacts/ab/abcdef…}. The same content is kept once. Safe
 * for use by any thread, but what is put while {@link #retain} runs may be removed by it.
 */
public final class ArtefactStore {

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{2}");
    private static final int PREFIX_DIGITS = 2;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Disk disk;
    private final Path folder;
    private final Path temp;
    private final Quarantine quarantine;
    private final AtomicLong tempNumber = new AtomicLong();

    ArtefactStore(Disk disk, Path root, Quarantine quarantine) {
        this.disk = disk;
        this.folder = root.resolve("artefacts");
        this.temp = root.resolve("temp");
        this.quarantine = quarantine;
    }

    /**
     * Takes an artefact in. It is on the device when this returns.
     *
     * @param in read to its end, not closed
     * @param sizeMax most bytes it may have
     * @throws StoreException when it is larger, cannot be read or cannot be written; nothing of it is left
     */
    public StoredArtefact put(InputStream in, long sizeMax) throws StoreException {
        disk.makeFolder(temp);
        Path file = temp.resolve("put-" + tempNumber.incrementAndGet() + Disk.TEMP_SUFFIX);
        try {
            MessageDigest sha256 = sha256();
            long size = copy(in, file, sha256, sizeMax);
            String digest = HexFormat.of().formatHex(sha256.digest());
            Path path = path(digest);
            if (disk.size(path) >= 0) {
                if (digestOf(path).equals(digest)) {
                    disk.delete(file);
                    return new StoredArtefact(digest, size, path);
                }
                // What was put now is right, so it also mends what was damaged.
                quarantine.move(path);
            }
            disk.makeFolder(folder.resolve(digest.substring(0, PREFIX_DIGITS)));
            disk.move(file, path);
            return new StoredArtefact(digest, size, path);
        } catch (StoreException e) {
            try {
                disk.delete(file);
            } catch (StoreException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    /**
     * Finds an artefact, without looking into it.
     *
     * @throws IllegalArgumentException when {@code digest} is none
     */
    public Optional<Path> find(String digest) throws StoreException {
        Path path = path(digest);
        return disk.size(path) >= 0 ? Optional.of(path) : Optional.empty();
    }

    /**
     * Returns the file of an artefact after reading it and comparing its digest.
     *
     * @throws StoreException when it is not there, cannot be read, or its content is another; then it was moved to quarantine
     */
    public Path verified(String digest) throws StoreException {
        Path path = path(digest);
        if (disk.size(path) < 0) {
            throw new StoreException(
                    "artefact '" + path + "' is not there; expected it to be kept as long as a generation"
                            + " needs it; deploy its module again");
        }
        String got = digestOf(path);
        if (!got.equals(digest)) {
            Path to = quarantine.move(path);
            throw new StoreException("artefact '" + path + "' is damaged: expected sha-256 " + digest + ", got " + got
                    + "; it was moved to '" + to + "'; check the device and deploy its module again");
        }
        return path;
    }

    /**
     * Removes all artefacts but these.
     *
     * @return the bytes that were freed
     * @throws StoreException when one cannot be deleted; those before it are gone
     */
    public long retain(Set<String> digests) throws StoreException {
        long freed = 0;
        for (Path path : paths()) {
            if (!digests.contains(String.valueOf(path.getFileName()))) {
                long size = Math.max(0, disk.size(path));
                disk.delete(path);
                freed += size;
            }
        }
        return freed;
    }

    /** Returns the bytes of all artefacts. */
    public long bytes() throws StoreException {
        long bytes = 0;
        for (Path path : paths()) {
            bytes += Math.max(0, disk.size(path));
        }
        return bytes;
    }

    /** Removes what interrupted {@link #put}s left; only while none runs. */
    public void clearTemp() throws StoreException {
        for (String name : disk.list(temp)) {
            disk.delete(temp.resolve(name));
        }
    }

    private List<Path> paths() throws StoreException {
        List<Path> paths = new ArrayList<>();
        for (String prefix : disk.list(folder)) {
            if (PREFIX.matcher(prefix).matches()) {
                for (String name : disk.list(folder.resolve(prefix))) {
                    paths.add(folder.resolve(prefix).resolve(name));
                }
            }
        }
        return paths;
    }

    private long copy(InputStream in, Path file, MessageDigest sha256, long sizeMax) throws StoreException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long size = 0;
        try (OutputStream out = disk.create(file)) {
            while (true) {
                int count = read(in, buffer, size);
                if (count < 0) {
                    return size;
                }
                size += count;
                if (size > sizeMax) {
                    throw new StoreException("artefact is too large: expected at most " + sizeMax
                            + " bytes, got more; deploy a smaller one or raise the limit");
                }
                sha256.update(buffer, 0, count);
                out.write(buffer, 0, count);
            }
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw StoreException.cannot("write", file, e);
        }
    }

    private static int read(InputStream in, byte[] buffer, long size) throws StoreException {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw new StoreException(
                    "artefact cannot be read behind its first " + size + " bytes: " + e + "; try again", e);
        }
    }

    private String digestOf(Path path) throws StoreException {
        MessageDigest sha256 = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = disk.open(path)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                sha256.update(buffer, 0, count);
            }
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw StoreException.cannot("read", path, e);
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private Path path(String digest) {
        if (!DIGEST.matcher(digest).matches()) {
            throw new IllegalArgumentException(
                    "digest '" + digest + "' is not valid; expected 64 lower-case hexadecimal digits");
        }
        return folder.resolve(digest.substring(0, PREFIX_DIGITS)).resolve(digest);
    }
}
