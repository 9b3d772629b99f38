/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A disk of a few MiB, in memory, which others can fill. Mounting wants root; without it a test is skipped and says so. Used by one
 * thread.
 */
public final class SmallDisk implements AutoCloseable {

    private static final int BLOCK_BYTES = 4096;

    private final Path folder;
    private final Path ballast;

    private SmallDisk(Path folder) {
        this.folder = folder;
        this.ballast = folder.resolve("ballast");
    }

    /** Mounts a disk at a folder, which is made when it is not there; skips the test where this account may not. */
    public static SmallDisk mount(Path folder, int mebibytes) throws IOException, InterruptedException {
        Optional<SmallDisk> disk = find(folder, mebibytes);
        assumeTrue(disk.isPresent(), "SKIPPED: this account may not mount a small disk");
        return disk.orElseThrow();
    }

    /** Mounts a disk as {@link #mount} does; empty where this account may not. */
    public static Optional<SmallDisk> find(Path folder, int mebibytes) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        boolean isMounted =
                run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m,mode=700", "tmpfs", folder.toString());
        return isMounted ? Optional.of(new SmallDisk(folder)) : Optional.empty();
    }

    /** Returns whether a program could be run and succeeded. */
    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("Cannot run program")) {
                return false;
            }
            throw e;
        }
    }

    /** Returns where it is mounted. */
    public Path folder() {
        return folder;
    }

    /** Returns how many bytes are free. */
    public long usableBytes() {
        return folder.toFile().getUsableSpace();
    }

    /** Others take so many bytes. */
    public void take(long bytes) throws IOException {
        Files.write(ballast, new byte[Math.toIntExact(bytes)], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Others take all that is left; returns how many bytes that was. */
    public long fill() throws IOException {
        long taken = 0;
        try (OutputStream out = Files.newOutputStream(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (true) {
                out.write(new byte[BLOCK_BYTES]);
                taken += BLOCK_BYTES;
            }
        } catch (IOException full) {
            assertTrue(String.valueOf(full.getMessage()).contains("No space"), full.toString());
        }
        return taken;
    }

    /** Others give back what they took. */
    public void free() throws IOException {
        Files.deleteIfExists(ballast);
    }

    /** Says whether it can be written from now on. */
    public void setWritable(boolean isWritable) throws IOException, InterruptedException {
        String options = "remount," + (isWritable ? "rw" : "ro");
        assertTrue(run("mount", "-o", options, folder.toString()), options + " " + folder);
    }

    @Override
    public void close() throws IOException {
        try {
            assertTrue(run("umount", folder.toString()), "umount " + folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + folder + " was unmounted", e);
        }
    }
}
