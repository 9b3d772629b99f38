/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.binary;

import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.ModuleInfo;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;

/**
 * A module that was admitted, and where its parts lie.
 *
 * @param info what callers see
 * @param functionTypes the signature of every function, imported ones first
 * @param exportedFunctions function index by export name
 * @param memoryExport index of the memory exported as {@code memory}, else 0
 * @param sections its sections but the custom ones, in order
 */
public record ScannedModule(
        ModuleInfo info,
        List<FunctionType> functionTypes,
        Map<String, Integer> exportedFunctions,
        int memoryExport,
        List<Section> sections) {

    static final int MEMORY_SECTION = 5;
    static final int CODE_SECTION = 10;

    private static final int HEADER_BYTES = 8;
    // One memory of no page that cannot grow. Generated code finds the fuel gauge through the first memory, so every
    // module gets one; the scanner has refused memory instructions in modules that declare none.
    private static final byte[] NO_MEMORY = {MEMORY_SECTION, 4, 1, 1, 0, 0};
    // A body of no locals and the instructions unreachable, end: valid for every signature.
    private static final byte[] UNREACHABLE_BODY = {3, 0, 0, 0x0B};

    /**
     * One section.
     *
     * @param id its number in the standard
     * @param start index of its first byte, the number itself
     * @param payload index of the first byte of its content
     * @param end index after its last byte
     */
    public record Section(int id, int start, int payload, int end) {}

    /** Copies the collections. */
    public ScannedModule {
        functionTypes = List.copyOf(functionTypes);
        exportedFunctions = Map.copyOf(exportedFunctions);
        sections = List.copyOf(sections);
    }

    /** Returns the module as it is compiled: without custom sections, and with a memory. */
    public byte[] toCompile(byte[] wasm) {
        return rewrite(wasm, false);
    }

    /**
     * Returns the module as it is instantiated: the same, but every body is {@code unreachable}. The code runs from
     * generated classes, and parsed bodies would take some 80 KiB of heap for each small module.
     */
    public byte[] toInstantiate(byte[] wasm) {
        return rewrite(wasm, true);
    }

    private byte[] rewrite(byte[] wasm, boolean isShell) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(wasm.length + NO_MEMORY.length);
        out.write(wasm, 0, HEADER_BYTES);
        boolean needsMemory = info.memories().isEmpty();
        for (Section section : sections) {
            if (needsMemory && ModuleScanner.rank(section.id()) > ModuleScanner.rank(MEMORY_SECTION)) {
                out.write(NO_MEMORY, 0, NO_MEMORY.length);
                needsMemory = false;
            }
            if (isShell && section.id() == CODE_SECTION) {
                writeEmptyCode(out);
            } else {
                out.write(wasm, section.start(), section.end() - section.start());
            }
        }
        if (needsMemory) {
            out.write(NO_MEMORY, 0, NO_MEMORY.length);
        }
        return out.toByteArray();
    }

    private void writeEmptyCode(ByteArrayOutputStream out) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        writeU32(content, info.functions());
        for (int i = 0; i < info.functions(); i++) {
            content.write(UNREACHABLE_BODY, 0, UNREACHABLE_BODY.length);
        }
        out.write(CODE_SECTION);
        writeU32(out, content.size());
        out.write(content.toByteArray(), 0, content.size());
    }

    private static void writeU32(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest >= 0x80) {
            out.write((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
