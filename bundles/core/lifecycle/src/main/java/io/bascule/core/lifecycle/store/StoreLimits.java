/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

/** Hard limits of the store: what is read into memory at once, and what can heap up on the disk. */
final class StoreLimits {

    /** Longest line of journal or history: 500 modules with generous configuration fit. */
    static final int LINE_BYTES_MAX = 8 << 20;

    /** Largest generation file: 500 modules with 64 KiB of configuration each fit. */
    static final int GENERATION_BYTES_MAX = 48 << 20;

    /** Most generations that are read; retention keeps far fewer. */
    static final int GENERATIONS_MAX = 1000;

    /** Largest journal of one deployment. */
    static final int JOURNAL_BYTES_MAX = 64 << 20;

    /** Most journals that are read at the start; there is one, unless disks failed again and again. */
    static final int JOURNALS_MAX = 100;

    /** Longest free text in a journal or history line, in characters; the rest is cut off. */
    static final int TEXT_MAX = 8000;

    /** A history segment takes no further entry when it is this large; it is what is read at once. */
    static final int SEGMENT_BYTES = 1 << 20;

    /** A segment with one more entry than it should still take. */
    static final int SEGMENT_BYTES_MAX = SEGMENT_BYTES + LINE_BYTES_MAX;

    /** Into how many segments a full history is cut, so that dropping the oldest one drops little. */
    static final int SEGMENTS = 16;

    /** Largest history: with large entries the oldest go before there are as many as configured. */
    static final long HISTORY_BYTES_MAX = 32L << 20;

    /** Most files and bytes in quarantine; the oldest go first. */
    static final int QUARANTINE_FILES_MAX = 50;

    static final long QUARANTINE_BYTES_MAX = 256L << 20;

    /** How far the numbering jumps when the file that holds it was damaged, so that a number given out is not given out again. */
    static final long ID_GAP = 1000;

    private StoreLimits() {}

    static String cut(String text) {
        return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX) + "…";
    }
}
