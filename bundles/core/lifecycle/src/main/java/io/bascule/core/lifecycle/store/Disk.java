/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * The few file operations that the store is made of. What changes something has reached the device when the call returns; a
 * crash in between leaves what each method says. Safe for use by any thread.
 */
interface Disk {

    /** How the name of a file ends that {@link #replace} was writing when it crashed. */
    String TEMP_SUFFIX = ".tmp";

    /**
     * Reads a whole file.
     *
     * @throws StoreException when it is not there, cannot be read, or is larger than {@code bytesMax}
     */
    byte[] read(Path file, int bytesMax) throws StoreException;

    /** Opens a file for reading from its beginning. */
    InputStream open(Path file) throws StoreException;

    /** Makes an empty file, replacing an old one, and opens it; closing the stream forces it. A crash leaves any beginning of it. */
    OutputStream create(Path file) throws StoreException;

    /**
     * Writes a file as a whole: into a temporary file beside it, which is forced, renamed, and its folder forced. A crash leaves
     * the old content or the new one, and perhaps a temporary file.
     */
    void replace(Path file, byte[] content) throws StoreException;

    /** Appends to a file, made when it is not there. A crash leaves any beginning of {@code bytes}, or rubbish of their length. */
    void append(Path file, byte[] bytes) throws StoreException;

    /** Cuts a file. A crash leaves the old length or the new one. */
    void truncate(Path file, long size) throws StoreException;

    /** Renames a file, replacing another one. A crash leaves it under the old name or the new one. */
    void move(Path from, Path to) throws StoreException;

    /** Deletes a file, if it is there. */
    void delete(Path file) throws StoreException;

    /** Makes a folder and those above it, for the owner only, where they are not there. */
    void makeFolder(Path folder) throws StoreException;

    /** Returns the names in a folder in order; empty when there is no such folder. */
    List<String> list(Path folder) throws StoreException;

    /** Returns the size of a file in bytes; -1 when there is none. */
    long size(Path file) throws StoreException;
}
