/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.binary;

import io.bascule.wasm.engine.CustomSection;
import io.bascule.wasm.engine.ExternKind;
import io.bascule.wasm.engine.Feature;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.Limit;
import io.bascule.wasm.engine.ModuleExport;
import io.bascule.wasm.engine.ModuleImport;
import io.bascule.wasm.engine.ModuleInfo;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.SizeRange;
import io.bascule.wasm.engine.WasmException.Refused;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Reads the sections of one module (WebAssembly core specification, chapter 5) and checks them against limits. It does
 * not validate types: the engine's own validator does that afterwards, on a module whose size is known to be harmless.
 */
public final class ModuleScanner {

    private static final int HEADER_BYTES = 8;
    private static final long PAGES_32_BIT = 65_536;
    private static final int CUSTOM_SECTION = 0;
    // The order sections come in; the standard's numbers grew out of order.
    private static final List<Integer> ORDER = List.of(0, 1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11);

    private final byte[] wasm;
    private final ModuleLimits limits;
    private final ByteReader in;
    private final TypeReader types;
    private final List<ModuleImport> imports = new ArrayList<>();
    private final List<FunctionType> functions = new ArrayList<>();
    private final List<ModuleExport> exports = new ArrayList<>();
    private final Map<String, Integer> exportedFunctions = new HashMap<>();
    private final List<CustomSection> customSections = new ArrayList<>();
    private final List<SizeRange> memories = new ArrayList<>();
    private final List<SizeRange> tables = new ArrayList<>();
    private final List<ScannedModule.Section> sections = new ArrayList<>();
    private int importedFunctions;
    private int globals;
    private int tags;
    private int bodies;
    private int memoryExport;
    private boolean hasStart;

    private ModuleScanner(byte[] wasm, ModuleLimits limits) {
        this.wasm = wasm;
        this.limits = limits;
        this.in = new ByteReader(wasm);
        this.types = new TypeReader(in, limits);
    }

    /**
     * Reads a module.
     *
     * @throws Refused when it is malformed or exceeds {@code limits}
     */
    public static ScannedModule scan(byte[] wasm, ModuleLimits limits) throws Refused {
        if (wasm.length > limits.get(Limit.MODULE_BYTES)) {
            throw Refused.limit(Limit.MODULE_BYTES, -1, wasm.length, limits.get(Limit.MODULE_BYTES));
        }
        return new ModuleScanner(wasm, limits).scan();
    }

    /** Returns where a section comes in the order of sections. */
    static int rank(int id) {
        return ORDER.indexOf(id);
    }

    private ScannedModule scan() throws Refused {
        if (wasm.length < HEADER_BYTES || wasm[0] != 0 || wasm[1] != 'a' || wasm[2] != 's' || wasm[3] != 'm') {
            throw in.malformed("it does not begin with the bytes 0, 'a', 's', 'm'");
        }
        if (wasm[4] != 1 || wasm[5] != 0 || wasm[6] != 0 || wasm[7] != 0) {
            String component = wasm[6] == 1 ? " (it is a component; a core module is needed)" : "";
            throw in.malformed("its version is not 1" + component);
        }
        in.skip(HEADER_BYTES);
        int lastRank = 0;
        for (int count = 1; in.hasMore(); count++) {
            if (count > limits.get(Limit.SECTIONS)) {
                throw Refused.limit(Limit.SECTIONS, -1, count, limits.get(Limit.SECTIONS));
            }
            int start = in.at();
            int id = in.u8();
            if (id != CUSTOM_SECTION) {
                if (rank(id) <= lastRank) {
                    throw in.malformed("section " + id + " is unknown, repeated or out of order");
                }
                lastRank = rank(id);
            }
            int former = in.enter(in.u32(), "section " + id);
            if (id != CUSTOM_SECTION) {
                sections.add(new ScannedModule.Section(id, start, in.at(), in.end()));
            }
            section(id);
            in.leave(former, "section " + id);
        }
        if (bodies != functions.size() - importedFunctions) {
            throw in.malformed(
                    functions.size() - importedFunctions + " functions declared, " + bodies + " bodies given");
        }
        return new ScannedModule(info(), functions, exportedFunctions, memoryExport, sections);
    }

    private ModuleInfo info() {
        return new ModuleInfo(
                digest(wasm), wasm.length, imports, exports, customSections, memories, tables, bodies, hasStart);
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private void section(int id) throws Refused {
        switch (id) {
            case CUSTOM_SECTION -> custom();
            case 1 -> types.readSection();
            case 2 -> importSection();
            case 3 -> functionSection();
            case 4 -> tableSection();
            case 5 -> memorySection();
            case 6 -> globalSection();
            case 7 -> exportSection();
            case 8 -> {
                function(in.u32());
                hasStart = true;
            }
            case 9 -> new SegmentReader(in, limits, types, functions.size(), globals).elements();
            case 10 -> codeSection();
            case 11 -> new SegmentReader(in, limits, types, functions.size(), globals).data(!memories.isEmpty());
            case 12 -> in.u32();
            case 13 -> tagSection();
            default -> throw in.malformed("unknown section " + id);
        }
    }

    private void custom() throws Refused {
        String name = in.name(limits);
        customSections.add(new CustomSection(name, in.at(), in.end() - in.at()));
        in.skip(in.end() - in.at());
    }

    private void importSection() throws Refused {
        int count = in.count(Limit.IMPORTS, limits);
        for (int i = 0; i < count; i++) {
            String module = in.name(limits);
            String name = in.name(limits);
            int kind = in.u8();
            switch (kind) {
                case 0 -> {
                    FunctionType type = types.get(in.u32());
                    functions.add(type);
                    importedFunctions++;
                    imports.add(new ModuleImport(module, name, ExternKind.FUNCTION, type));
                }
                case 1 -> {
                    table();
                    imports.add(new ModuleImport(module, name, ExternKind.TABLE, null));
                }
                case 2 -> {
                    memory();
                    imports.add(new ModuleImport(module, name, ExternKind.MEMORY, null));
                }
                case 3 -> {
                    types.valueType(-1);
                    in.u8();
                    globals++;
                    imports.add(new ModuleImport(module, name, ExternKind.GLOBAL, null));
                }
                case 4 -> {
                    tag();
                    imports.add(new ModuleImport(module, name, ExternKind.TAG, null));
                }
                default -> throw in.malformed("import of unknown kind " + kind);
            }
        }
    }

    private void functionSection() throws Refused {
        int count = in.count(Limit.FUNCTIONS, limits);
        for (int i = 0; i < count; i++) {
            functions.add(types.get(in.u32()));
        }
    }

    private void tableSection() throws Refused {
        int count = in.count(Limit.TABLES, limits);
        for (int i = 0; i < count; i++) {
            table();
        }
    }

    private void table() throws Refused {
        types.referenceType(-1);
        tables.add(range(Limit.TABLE_ENTRIES));
        over(Limit.TABLES, tables.size());
        if (tables.size() > 1) {
            types.need(Feature.REFERENCE_TYPES, -1, "a second table");
        }
    }

    private void memorySection() throws Refused {
        int count = in.count(Limit.MEMORIES, limits);
        for (int i = 0; i < count; i++) {
            memory();
        }
    }

    private void memory() throws Refused {
        SizeRange range = range(Limit.MEMORY_PAGES);
        if (range.max() != null && range.max() > PAGES_32_BIT) {
            throw in.malformed("a memory of up to " + range.max() + " pages; 65536 is the most");
        }
        memories.add(range);
        over(Limit.MEMORIES, memories.size());
        if (memories.size() > 1) {
            types.need(Feature.MULTI_MEMORY, -1, "a second memory");
        }
    }

    /** Reads a size. Only the size at the start is limited here; growth stops at the limit when it happens. */
    private SizeRange range(Limit limit) throws Refused {
        int flags = in.u8();
        if (flags > 7) {
            throw in.malformed("limits with unknown flags " + flags);
        }
        if ((flags & 4) != 0) {
            types.need(Feature.MEMORY64, -1, "a 64-bit memory or table");
        }
        if ((flags & 2) != 0) {
            types.need(Feature.THREADS, -1, "a shared memory or table");
        }
        long min = in.u32();
        Long max = (flags & 1) != 0 ? in.u32() : null;
        over(limit, min);
        if (max != null && max < min) {
            throw in.malformed("a size of at least " + min + " and at most " + max);
        }
        return new SizeRange(min, max);
    }

    private void globalSection() throws Refused {
        int count = in.count(Limit.GLOBALS, limits);
        for (int i = 0; i < count; i++) {
            types.valueType(-1);
            in.u8();
            new SegmentReader(in, limits, types, functions.size(), globals).constant();
            globals++;
        }
    }

    private void exportSection() throws Refused {
        int count = in.count(Limit.EXPORTS, limits);
        Map<String, ExternKind> names = new HashMap<>();
        for (int i = 0; i < count; i++) {
            String name = in.name(limits);
            int code = in.u8();
            ExternKind kind =
                    switch (code) {
                        case 0 -> ExternKind.FUNCTION;
                        case 1 -> ExternKind.TABLE;
                        case 2 -> ExternKind.MEMORY;
                        case 3 -> ExternKind.GLOBAL;
                        case 4 -> ExternKind.TAG;
                        default -> throw in.malformed("export of unknown kind " + code);
                    };
            long index = in.u32();
            FunctionType type = kind == ExternKind.FUNCTION ? function(index) : null;
            if (names.put(name, kind) != null) {
                throw in.malformed("two exports are called " + name);
            }
            if (kind == ExternKind.FUNCTION) {
                exportedFunctions.put(name, (int) index);
            } else if (kind == ExternKind.MEMORY && name.equals("memory") && index < memories.size()) {
                memoryExport = (int) index;
            }
            exports.add(new ModuleExport(name, kind, type));
        }
    }

    private void tagSection() throws Refused {
        types.need(Feature.EXCEPTIONS, -1, "a tag section");
        int count = in.count(Limit.TAGS, limits);
        for (int i = 0; i < count; i++) {
            tag();
        }
    }

    private void tag() throws Refused {
        types.need(Feature.EXCEPTIONS, -1, "a tag");
        in.u8();
        types.get(in.u32());
        over(Limit.TAGS, ++tags);
    }

    private void codeSection() throws Refused {
        int count = in.count(Limit.FUNCTIONS, limits);
        if (count != functions.size() - importedFunctions) {
            throw in.malformed(
                    functions.size() - importedFunctions + " functions declared, " + count + " bodies given");
        }
        CodeScanner code = new CodeScanner(in, limits, types, functions, !memories.isEmpty());
        for (int i = 0; i < count; i++) {
            code.body(importedFunctions + i);
        }
        bodies = count;
    }

    private FunctionType function(long index) throws Refused {
        if (index >= functions.size()) {
            throw in.malformed("function " + index + " of " + functions.size());
        }
        return functions.get((int) index);
    }

    private void over(Limit limit, long value) throws Refused {
        if (value > limits.get(limit)) {
            throw Refused.limit(limit, -1, value, limits.get(limit));
        }
    }
}
