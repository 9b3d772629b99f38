/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * The disk of the machine. Files and folders are readable by their owner only, where the file system knows owners. An interrupt
 * of the thread does not disturb an operation: streams instead of channels, which an interrupt would close in the middle.
 */
final class FileDisk implements Disk {

    static final String FILE_PERMISSIONS = "rw-------";

    private static final String FOLDER_PERMISSIONS = "rwx------";
    private static final int BUFFER_BYTES = 64 * 1024;

    private final boolean forces;

    /** A disk that forces everything to the device. */
    FileDisk() {
        this(true);
    }

    /** For tests that make their crashes themselves: without forcing it is much faster, and safe in no way. */
    FileDisk(boolean forces) {
        this.forces = forces;
    }

    @Override
    public byte[] read(Path file, int bytesMax) throws StoreException {
        try (InputStream in = new FileInputStream(file.toFile())) {
            byte[] bytes = in.readNBytes(bytesMax);
            if (bytes.length == bytesMax && in.read() >= 0) {
                throw new IOException("it has " + Files.size(file) + " bytes; expected at most " + bytesMax);
            }
            return bytes;
        } catch (IOException e) {
            throw StoreException.cannot("read", file, e);
        }
    }

    @Override
    public InputStream open(Path file) throws StoreException {
        try {
            return new FileInputStream(file.toFile());
        } catch (IOException e) {
            throw StoreException.cannot("read", file, e);
        }
    }

    @Override
    public OutputStream create(Path file) throws StoreException {
        try {
            return new ForcedOutput(openOutput(file, false));
        } catch (IOException e) {
            throw StoreException.cannot("write", file, e);
        }
    }

    @Override
    public void replace(Path file, byte[] content) throws StoreException {
        Path temp = file.resolveSibling(file.getFileName() + TEMP_SUFFIX);
        try {
            try (FileOutputStream out = openOutput(temp, false)) {
                out.write(content);
                force(out.getFD());
            }
            if (!forces) {
                // Renaming over a file makes ext4 force it too.
                Files.deleteIfExists(file);
            }
            Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceFolder(file);
        } catch (IOException e) {
            StoreException failure = StoreException.cannot("write", file, e);
            try {
                Files.deleteIfExists(temp);
            } catch (IOException left) {
                failure.addSuppressed(left);
            }
            throw failure;
        }
    }

    @Override
    public void append(Path file, byte[] bytes) throws StoreException {
        try {
            boolean isNew = !Files.exists(file);
            try (FileOutputStream out = openOutput(file, true)) {
                out.write(bytes);
                force(out.getFD());
            }
            if (isNew) {
                forceFolder(file);
            }
        } catch (IOException e) {
            throw StoreException.cannot("append to", file, e);
        }
    }

    @Override
    public void truncate(Path file, long size) throws StoreException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(size);
            force(out.getFD());
        } catch (IOException e) {
            throw StoreException.cannot("cut", file, e);
        }
    }

    @Override
    public void move(Path from, Path to) throws StoreException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            // The new name first: after a crash between the two the file may have both names, but never none.
            forceFolder(to);
            forceFolder(from);
        } catch (IOException e) {
            throw StoreException.cannot("move to '" + to + "' the file", from, e);
        }
    }

    @Override
    public void delete(Path file) throws StoreException {
        try {
            if (Files.deleteIfExists(file)) {
                forceFolder(file);
            }
        } catch (IOException e) {
            throw StoreException.cannot("delete", file, e);
        }
    }

    @Override
    public void makeFolder(Path folder) throws StoreException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            makeFolder(parent);
        }
        try {
            Files.createDirectory(folder, ownerOnly(folder, FOLDER_PERMISSIONS));
            forceFolder(folder.toAbsolutePath());
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw StoreException.cannot("make the folder", folder, e);
            }
        } catch (IOException e) {
            throw StoreException.cannot("make the folder", folder, e);
        }
    }

    @Override
    public List<String> list(Path folder) throws StoreException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw StoreException.cannot("list", folder, e);
        }
    }

    @Override
    public long size(Path file) throws StoreException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return -1;
        } catch (IOException e) {
            throw StoreException.cannot("read the size of", file, e);
        }
    }

    private static FileOutputStream openOutput(Path file, boolean appends) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, ownerOnly(file, FILE_PERMISSIONS));
        }
        return new FileOutputStream(file.toFile(), appends);
    }

    /** Returns what makes a new file or folder its owner's only; nothing where the file system does not know owners. */
    static FileAttribute<?>[] ownerOnly(Path file, String permissions) {
        return isPosix(file)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private void force(FileDescriptor file) throws IOException {
        if (forces) {
            file.sync();
        }
    }

    /** A name is in its folder for good when the folder is forced; where there is no POSIX, a folder cannot be opened for that. */
    private void forceFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (!forces || folder == null || !isPosix(file)) {
            return;
        }
        boolean wasInterrupted = false;
        try {
            while (true) {
                wasInterrupted |= Thread.interrupted();
                try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                    channel.force(true);
                    return;
                } catch (ClosedByInterruptException e) {
                    // Forcing once more does no harm; the interrupt is handed on below.
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class ForcedOutput extends FilterOutputStream {
        private final FileOutputStream file;
        private boolean isClosed;

        ForcedOutput(FileOutputStream file) {
            super(new BufferedOutputStream(file, BUFFER_BYTES));
            this.file = file;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() throws IOException {
            if (!isClosed) {
                isClosed = true;
                try (file) {
                    out.flush();
                    force(file.getFD());
                }
            }
        }
    }
}
