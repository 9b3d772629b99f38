/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Room to work in on a full disk, where SQLite cannot even remove rows: what is removed goes through the log of the database
 * first, and the log can be written back only where the file has the pages. So on a disk with little space the file grows no
 * further than the log can do without, and some bytes are put aside that are given up when others have taken all else. Used by
 * one thread.
 */
final class Reserve {

    private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    /** Less would not do to remove anything. */
    private static final int BYTES_MIN = 128 * KIB;

    /** So much of the free space is put aside. */
    private static final int SPACE_PART = 4;

    /** A disk with more than this has room for whatever is written next, and for the log of it. */
    private static final long AMPLE_BYTES = 64L * MIB;

    private static final int AMPLE_GROUP_BYTES = 4 * MIB;
    private static final int AMPLE_LOG_PAGES = 1000;

    /** On a disk with little space, so much of what is put aside may be in the log before it is written back. */
    private static final int LOG_PART = 4;

    private static final int GROUP_PART = 8;

    /** What a group takes in pages beside its bytes: rows and their index; inner pages, the index of the log. */
    private static final int ROWS_PART = 4;

    private static final int PAGES_BESIDE = 64 * KIB;

    private final Path file;
    private final Path database;
    private final Path log;
    private final File folder;
    private final int bytesMax;
    private final long pagesMax;

    private boolean isAmple = true;
    private long pageBytes = 4 * KIB;
    private long largestGroup;
    private long givenUp;
    private long pagesAllowed;
    private long logPagesAllowed;

    /**
     * Describes it; nothing is put aside yet.
     *
     * @param database file of the database, to be in the same folder
     * @param bytesMax most bytes put aside, 0 for no such care at all
     * @param pagesMax most pages of the database on whatever disk
     */
    Reserve(Path database, int bytesMax, long pagesMax) {
        String name = String.valueOf(database.getFileName());
        this.database = database;
        this.log = database.resolveSibling(name + "-wal");
        this.file = database.resolveSibling(name.replaceAll("\\.db$", "") + ".reserve");
        this.folder = new File(String.valueOf(database.toAbsolutePath().getParent()));
        this.bytesMax = bytesMax;
        this.pagesMax = pagesMax;
    }

    /** Called with every new connection, whose settings are those that SQLite begins with. */
    void opened(Connection connection) throws SQLException {
        pageBytes = Sqlite.number(connection, "PRAGMA page_size");
        pagesAllowed = pagesMax;
        logPagesAllowed = AMPLE_LOG_PAGES;
        isAmple = usable() >= AMPLE_BYTES;
        restore();
    }

    private static long pageBytesOf(long groupBytes) {
        return groupBytes + groupBytes / ROWS_PART + PAGES_BESIDE;
    }

    /** A file system that says nothing about its size is taken to be ample. */
    private long usable() {
        long bytes = folder.getUsableSpace();
        return bytes == 0 && folder.getTotalSpace() == 0 ? Long.MAX_VALUE / 2 : bytes;
    }

    private static long size(Path path) {
        return path.toFile().length();
    }

    /** Returns how many bytes of what waits may be written together. */
    int groupBytesMax() {
        return isAmple ? AMPLE_GROUP_BYTES : Math.max(BYTES_MIN, (int) size(file)) / GROUP_PART;
    }

    /** What may be in the log before it is written back. */
    private long logBytes() {
        return isAmple ? AMPLE_LOG_PAGES * pageBytes : Math.max(BYTES_MIN, size(file)) / LOG_PART;
    }

    /** What the log takes at most, the largest group that was ever seen included: it may have to be removed again. */
    private long logBytesMax() {
        return logBytes() + pageBytesOf(largestGroup);
    }

    /** What the file grows by when the log is written back. */
    private long growth(long pages) {
        return Math.max(0, pages * pageBytes - size(database));
    }

    /** Says how far the file may grow while a group is written, so that the log can be written back after it. */
    void allow(Connection connection, long groupBytes) throws SQLException {
        if (bytesMax == 0) {
            return;
        }
        long usable = usable();
        isAmple = usable >= AMPLE_BYTES;
        largestGroup = Math.max(largestGroup, groupBytes);
        if (isAmple && pagesAllowed == pagesMax && logPagesAllowed == AMPLE_LOG_PAGES) {
            return;
        }
        long pages = Sqlite.number(connection, "PRAGMA page_count");
        long growth = growth(pages);
        long spare = usable - growth - Math.max(0, logBytesMax() - size(log));
        allow(
                connection,
                isAmple ? pagesMax : Math.min(pagesMax, pages + Math.max(0, spare) / pageBytes),
                // An attempt for which there is no room would take what is left of it.
                growth > usable ? 0 : logBytes() / pageBytes);
    }

    private void allow(Connection connection, long pages, long logPages) throws SQLException {
        if (pages != pagesAllowed) {
            Sqlite.execute(connection, "PRAGMA max_page_count = " + pages);
            pagesAllowed = pages;
        }
        if (logPages != logPagesAllowed) {
            Sqlite.execute(connection, "PRAGMA wal_autocheckpoint = " + logPages);
            logPagesAllowed = logPages;
        }
    }

    /** Writes the log back when there is room for it; returns whether there is. The log keeps its space, for others not to take. */
    boolean writeLogBack(Connection connection) throws SQLException {
        long growth = growth(Sqlite.number(connection, "PRAGMA page_count"));
        boolean hasRoom = growth <= usable();
        if (hasRoom) {
            Sqlite.checkpoint(connection, size(log) > 2 * logBytesMax());
        }
        return hasRoom;
    }

    /** Returns whether the file has pages for a group, so that nothing need be removed for it. */
    boolean hasPagesFor(Connection connection, long groupBytes) throws SQLException {
        return Sqlite.number(connection, "PRAGMA freelist_count") * pageBytes >= pageBytesOf(groupBytes);
    }

    /** Lets the file have half of what is put aside while it is smaller than that: better than to hold next to nothing. */
    boolean share(Connection connection, long groupBytes) throws SQLException {
        long there = size(file);
        if (pagesAllowed == pagesMax
                || there < 2 * BYTES_MIN
                || Sqlite.number(connection, "PRAGMA page_count") * pageBytes >= there) {
            return false;
        }
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            out.truncate(there / 2);
        } catch (IOException e) {
            LOG.warn("file={} cannot be cut to make room: {}", file, e.toString());
            return false;
        }
        allow(connection, groupBytes);
        return true;
    }

    /** Returns how many bytes of rows can be removed at once: the pages that they are on go through the log. */
    long removableBytes() {
        return Math.max(pageBytes, (usable() + size(log)) / 2);
    }

    /** Puts bytes aside when there is space: a part of it, or as much as was given up. */
    void restore() {
        long there = size(file);
        long free = usable() + there;
        long again = Math.min(givenUp, free - Math.max(0, logBytesMax() - size(log)));
        long wanted = Math.min(bytesMax, Math.max(again, free / SPACE_PART));
        // A little more is not worth the writing.
        if (wanted < BYTES_MIN || wanted < 2 * there) {
            return;
        }
        byte[] content = new byte[(int) (wanted - there)];
        Arrays.fill(content, (byte) '.');
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            try {
                ByteBuffer left = ByteBuffer.wrap(content);
                while (left.hasRemaining()) {
                    out.write(left, there + left.position());
                }
                givenUp = 0;
            } catch (IOException e) {
                out.truncate(there);
                throw e;
            }
        } catch (IOException e) {
            LOG.debug("file={} cannot be put aside yet: {}", file, e.toString());
        }
    }

    /** Gives the bytes up; returns whether there were any. */
    boolean release() {
        try {
            givenUp = Math.max(givenUp, size(file));
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("file={} cannot be deleted to make room: {}", file, e.toString());
            return false;
        }
    }

    /** Returns whether there is so little space that this may be why a file does not open, and bytes to give up. */
    boolean canHelpToOpen() {
        return size(file) > 0 && usable() < BYTES_MIN;
    }
}
