/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A real disk on which the n-th changing operation goes wrong. Does not force: the machine stays up, only the store crashes.
 * Safe for use by any thread.
 */
public final class FaultDisk implements Disk {

    /** What goes wrong. */
    public enum Fault {
        /** Power goes before the operation does anything. */
        CRASH_BEFORE,
        /** Power goes when half of the bytes are written. */
        CRASH_HALF,
        /** Power goes when all bytes but the last are written; a replacement is not renamed. */
        CRASH_ALMOST,
        /** Power goes with half of the bytes written and zeros behind them, as file systems leave it. */
        CRASH_ZEROS,
        /** Power goes when all is done, before the caller learns it. */
        CRASH_AFTER,
        /** From here on the disk is full: half of the bytes are written; deleting, cutting and renaming go on to work. */
        FULL,
        /** From here on nothing can be changed. */
        READ_ONLY,
        /** This one operation is done, but forcing it fails. */
        FORCE_FAILS;

        boolean isCrash() {
            return name().startsWith("CRASH");
        }
    }

    /** No code of the store survives this: nothing after it reaches the disk. */
    public static final class PowerLoss extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final FileDisk disk = new FileDisk(false);
    private Fault fault;
    private int at;
    private int operations;
    private int reads;
    private boolean isDead;
    private boolean isMended;

    FaultDisk(Fault fault, int at) {
        this.fault = fault;
        this.at = at;
    }

    /** A disk on which all goes well until something is {@linkplain #arm ordered} to go wrong. */
    public static FaultDisk none() {
        return new FaultDisk(Fault.CRASH_BEFORE, Integer.MAX_VALUE);
    }

    /** Opens a store on this disk. */
    public DeploymentStore openStore(Path folder) throws IOException {
        return DeploymentStore.open(this, folder, 1000);
    }

    /** From now on the n-th operation goes wrong, 1 for the next. */
    public synchronized void arm(Fault wanted, int n) {
        fault = wanted;
        at = operations + n;
        isMended = false;
    }

    /** Whether what was ordered has happened. */
    public synchronized boolean hasStruck() {
        return operations >= at;
    }

    synchronized int operations() {
        return operations;
    }

    int reads() {
        return reads;
    }

    /** All goes well again. */
    public synchronized void mend() {
        isMended = true;
    }

    private interface Work {
        void run() throws StoreException;
    }

    private synchronized void change(Path file, boolean needsSpace, Work half, Work almost, Work zeros, Work whole)
            throws StoreException {
        alive();
        operations++;
        if (operations < at || isMended || (fault == Fault.FORCE_FAILS && operations > at)) {
            whole.run();
            return;
        }
        switch (fault) {
            case CRASH_BEFORE -> die();
            case CRASH_HALF -> {
                half.run();
                die();
            }
            case CRASH_ALMOST -> {
                almost.run();
                die();
            }
            case CRASH_ZEROS -> {
                zeros.run();
                die();
            }
            case CRASH_AFTER -> {
                whole.run();
                die();
            }
            case FULL -> {
                if (needsSpace) {
                    half.run();
                    throw StoreException.cannot("write", file, new IOException("No space left on device"));
                }
                whole.run();
            }
            case READ_ONLY -> throw StoreException.cannot("write", file, new IOException("Read-only file system"));
            case FORCE_FAILS -> {
                whole.run();
                throw StoreException.cannot("force", file, new IOException("Input/output error"));
            }
        }
    }

    private void die() {
        isDead = true;
        throw new PowerLoss();
    }

    private synchronized void alive() {
        if (isDead) {
            throw new PowerLoss();
        }
    }

    private static byte[] half(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length / 2);
    }

    private static byte[] zeros(byte[] bytes) {
        return Arrays.copyOf(half(bytes), bytes.length);
    }

    private static byte[] almost(byte[] bytes) {
        return Arrays.copyOf(bytes, Math.max(0, bytes.length - 1));
    }

    private void atomic(Path file, boolean needsSpace, Work whole) throws StoreException {
        Work nothing = () -> {};
        change(file, needsSpace, nothing, nothing, nothing, whole);
    }

    @Override
    public void replace(Path file, byte[] content) throws StoreException {
        Path temp = file.resolveSibling(file.getFileName() + TEMP_SUFFIX);
        change(
                file,
                true,
                () -> {
                    if (fault.isCrash()) {
                        disk.replace(temp, half(content));
                    }
                },
                () -> disk.replace(temp, content),
                () -> disk.replace(temp, zeros(content)),
                () -> disk.replace(file, content));
    }

    @Override
    public void append(Path file, byte[] bytes) throws StoreException {
        change(
                file,
                true,
                () -> disk.append(file, half(bytes)),
                () -> disk.append(file, almost(bytes)),
                () -> disk.append(file, zeros(bytes)),
                () -> disk.append(file, bytes));
    }

    @Override
    public void truncate(Path file, long size) throws StoreException {
        atomic(file, false, () -> disk.truncate(file, size));
    }

    @Override
    public void move(Path from, Path to) throws StoreException {
        atomic(from, false, () -> disk.move(from, to));
    }

    @Override
    public void delete(Path file) throws StoreException {
        atomic(file, false, () -> disk.delete(file));
    }

    @Override
    public void makeFolder(Path folder) throws StoreException {
        if (folder.toFile().isDirectory()) {
            return;
        }
        atomic(folder, true, () -> disk.makeFolder(folder));
    }

    @Override
    public OutputStream create(Path file) throws StoreException {
        OutputStream[] out = new OutputStream[1];
        atomic(file, true, () -> out[0] = disk.create(file));
        return new FilterOutputStream(out[0]) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                byte[] part = Arrays.copyOfRange(bytes, from, from + length);
                change(
                        file,
                        true,
                        () -> put(half(part)),
                        () -> put(almost(part)),
                        () -> put(zeros(part)),
                        () -> put(part));
            }

            private void put(byte[] part) throws StoreException {
                try {
                    out.write(part);
                    out.flush();
                } catch (IOException e) {
                    throw StoreException.cannot("write", file, e);
                }
            }

            @Override
            public void close() throws IOException {
                // The real file is closed whatever happens, so that no handle stays open.
                out.close();
                atomic(file, true, () -> {});
            }
        };
    }

    @Override
    public byte[] read(Path file, int bytesMax) throws StoreException {
        alive();
        reads++;
        return disk.read(file, bytesMax);
    }

    @Override
    public InputStream open(Path file) throws StoreException {
        alive();
        return disk.open(file);
    }

    @Override
    public List<String> list(Path folder) throws StoreException {
        alive();
        return disk.list(folder);
    }

    @Override
    public long size(Path file) throws StoreException {
        alive();
        return disk.size(file);
    }
}
