/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import io.bascule.api.module.World;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The functions that a guest exports, with their lowered signatures. A list returned is a pointer to {pointer, length}. */
public enum GuestExport {
    /** Gives memory for what the host passes: {@code (old, oldLength, align, newLength) -> pointer}. Always required. */
    CABI_REALLOC("cabi_realloc", "iiii:i"),
    /** Takes back the list that {@code snapshot} returned. */
    CABI_POST_SNAPSHOT("cabi_post_snapshot", "i:"),
    /** Runs the initialisers of a WASI reactor. */
    INITIALIZE("_initialize", ":"),
    /** Runs the main function of a WASI command, once. */
    START("_start", ":"),
    /** The module's own test. */
    TEST("test", ":i"),
    /** Takes the configuration. */
    CONFIGURE("configure", "ii:i"),
    /** Processes a batch. */
    PROCESS("process", "ii:i"),
    /** Gives the state out. */
    SNAPSHOT("snapshot", ":i"),
    /** Takes the state of a predecessor. */
    RESTORE("restore", "ii:i"),
    /** Decodes bytes. */
    DECODE("decode", "iil:i"),
    /** Understands an address of a device. */
    ADDRESS("address", "iii:i"),
    /** Says how many requests a poll makes. */
    PLAN("plan", "ii:i"),
    /** Connects to a device. */
    CONNECT("connect", "i:i"),
    /** Reads a device. */
    POLL("poll", "iii:i"),
    /** Writes to a device. */
    WRITE("write", "iii:i"),
    /** A timer has expired. */
    TIMER("timer", "i:i"),
    /** A message for the module. */
    MESSAGE("message", "iiii:i");

    /** The memory that a guest exports. */
    public static final String MEMORY = "memory";

    private final String exportName;
    private final String letters;

    GuestExport(String exportName, String letters) {
        this.exportName = exportName;
        this.letters = letters;
    }

    /** Returns the name in the export section. */
    public String exportName() {
        return exportName;
    }

    /** Returns the lowered signature. */
    public Signature signature() {
        return Signature.of(letters);
    }

    /** Finds an export by name. */
    public static Optional<GuestExport> find(String exportName) {
        return Arrays.stream(values())
                .filter(e -> e.exportName.equals(exportName))
                .findFirst();
    }

    /** Returns the functions that a module of {@code world} must export. */
    public static List<GuestExport> required(World world) {
        List<GuestExport> required = new ArrayList<>(List.of(CABI_REALLOC, TEST, CONFIGURE));
        required.addAll(
                switch (world) {
                    case PROCESSOR -> List.of(PROCESS, SNAPSHOT, RESTORE);
                    case DECODER -> List.of(DECODE);
                    case DRIVER -> List.of(ADDRESS, PLAN, CONNECT, POLL, WRITE);
                });
        return List.copyOf(required);
    }
}
