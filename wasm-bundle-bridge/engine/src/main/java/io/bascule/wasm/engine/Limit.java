/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

/**
 * What is limited in a module before it is parsed, each with its default and the most a configuration may allow. The
 * numbers are for guests of a few KiB to one MiB; each keeps one known way of exhausting the compiler or the heap shut.
 */
public enum Limit {
    /** Bytes of the whole module. */
    MODULE_BYTES("bytes", 2 * 1024 * 1024, 16 * 1024 * 1024),
    /** Sections, custom ones included. */
    SECTIONS("sections", 128, 4096),
    /** Function types; the compiler makes dispatch code for each. */
    TYPES("types", 1000, 3000),
    /** Parameters or results of one function type. */
    TYPE_VALUES("parameters or results", 64, 250),
    /** Imports. */
    IMPORTS("imports", 256, 2000),
    /** Functions defined by the module; the compiler needs 60 microseconds for each empty one. */
    FUNCTIONS("functions", 5000, 20_000),
    /** Tables. */
    TABLES("tables", 4, 32),
    /** Entries of one table, declared or grown to. */
    TABLE_ENTRIES("entries", 16_384, 1_000_000),
    /** Memories. */
    MEMORIES("memories", 1, 4),
    /** Pages of 64 KiB of one memory, declared or grown to. */
    MEMORY_PAGES("pages", 256, 16_384),
    /** Globals. */
    GLOBALS("globals", 1000, 50_000),
    /** Exports. */
    EXPORTS("exports", 1000, 10_000),
    /** Exception tags. */
    TAGS("tags", 64, 1000),
    /** Element segments. */
    ELEMENT_SEGMENTS("segments", 1000, 10_000),
    /** Entries of one element segment. */
    ELEMENT_ENTRIES("entries", 16_384, 1_000_000),
    /** Data segments. */
    DATA_SEGMENTS("segments", 1000, 10_000),
    /** Bytes of one data segment. */
    DATA_SEGMENT_BYTES("bytes", 1024 * 1024, 16 * 1024 * 1024),
    /** Bytes of one name. */
    NAME_BYTES("bytes", 1024, 65_536),
    /** Bytes of one function body; the JVM takes methods of up to 64 KiB of its own code. */
    BODY_BYTES("bytes", 65_536, 262_144),
    /** Local variables of one function, parameters included. */
    LOCALS("locals", 1000, 5000),
    /** Nesting of blocks in one function. */
    NESTING("levels", 512, 4096),
    /** Targets of one branch table. */
    BRANCH_TABLE_ENTRIES("targets", 2000, 8000),
    /** Targets of all branch tables of the module. */
    MODULE_BRANCH_TABLE_ENTRIES("targets", 50_000, 500_000),
    /** Branches and blocks of one function times its locals: the compiler's frames grow with this product. */
    BLOCKS_TIMES_LOCALS("blocks x locals", 1_000_000, 4_000_000),
    /** The sum of {@link #BLOCKS_TIMES_LOCALS} over all functions. */
    MODULE_BLOCKS_TIMES_LOCALS("blocks x locals", 10_000_000, 100_000_000),
    /** Instructions of the whole module: parsed ones take about 180 bytes of heap each. */
    INSTRUCTIONS("instructions", 1_000_000, 8_000_000);

    private final String unit;
    private final long defaultValue;
    private final long most;

    Limit(String unit, long defaultValue, long most) {
        this.unit = unit;
        this.defaultValue = defaultValue;
        this.most = most;
    }

    /** Returns the unit for messages, in the plural. */
    public String unit() {
        return unit;
    }

    /** Returns the value when nothing else is configured. */
    public long defaultValue() {
        return defaultValue;
    }

    /** Returns the largest value a configuration may set. */
    public long most() {
        return most;
    }
}
