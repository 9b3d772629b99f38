/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.binary;

import io.bascule.wasm.engine.Feature;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.Limit;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.WasmException.Refused;
import java.util.List;

/**
 * Reads function bodies. Besides refusing instructions it estimates what a body costs the compiler, which keeps a frame of
 * all locals and operands for each block: it counts blocks, and follows the height of the operand stack from above.
 */
final class CodeScanner {

    private static final int IF = 0x04;
    private static final int ELSE = 0x05;

    private final ByteReader in;
    private final ModuleLimits limits;
    private final TypeReader types;
    private final List<FunctionType> functions;
    private final boolean hasMemory;
    private final int[] blockHeights;
    private final FunctionType[] blockTypes;
    private final int[] blockOpcodes;
    private long moduleBlocksTimesLocals;
    private long moduleTargets;
    private long instructions;

    // Of the body being read.
    private int function;
    private int depth;
    private long height;
    private long heightMax;
    private long blocks;
    private long locals;

    CodeScanner(ByteReader in, ModuleLimits limits, TypeReader types, List<FunctionType> functions, boolean hasMemory) {
        this.in = in;
        this.limits = limits;
        this.types = types;
        this.functions = functions;
        this.hasMemory = hasMemory;
        int levels = (int) limits.get(Limit.NESTING) + 1;
        this.blockHeights = new int[levels];
        this.blockTypes = new FunctionType[levels];
        this.blockOpcodes = new int[levels];
    }

    void body(int functionIndex) throws Refused {
        function = functionIndex;
        FunctionType type = functions.get(functionIndex);
        long bytes = in.u32();
        over(Limit.BODY_BYTES, bytes);
        int former = in.enter(bytes, "body of function " + functionIndex);
        locals = type.params().size();
        long groups = in.u32();
        for (long i = 0; i < groups; i++) {
            locals += in.u32();
            types.valueType(functionIndex);
            over(Limit.LOCALS, locals);
        }
        depth = 0;
        height = 0;
        heightMax = 0;
        blocks = 0;
        blockHeights[0] = 0;
        blockTypes[0] = type;
        blockOpcodes[0] = 0;
        while (depth >= 0) {
            over(Limit.INSTRUCTIONS, ++instructions);
            instruction(in.u8());
            if (depth >= 0) {
                height = Math.max(height, blockHeights[depth]);
            }
            heightMax = Math.max(heightMax, height);
        }
        long product = (blocks + 1) * (locals + heightMax);
        over(Limit.BLOCKS_TIMES_LOCALS, product);
        moduleBlocksTimesLocals += product;
        over(Limit.MODULE_BLOCKS_TIMES_LOCALS, moduleBlocksTimesLocals);
        in.leave(former, "body of function " + functionIndex);
    }

    private void instruction(int opcode) throws Refused {
        if (opcode < 0x20) {
            control(opcode);
        } else if (opcode < 0x28) {
            variable(opcode);
        } else if (opcode < 0x41) {
            memory(opcode);
        } else if (opcode < 0xC5) {
            numeric(opcode);
        } else {
            extended(opcode);
        }
    }

    private void control(int opcode) throws Refused {
        switch (opcode) {
            case 0x00 -> unreachable();
            case 0x01 -> {}
            case 0x02, 0x03 -> enter(opcode, types.blockType(function));
            case IF -> {
                height--;
                enter(IF, types.blockType(function));
            }
            case ELSE -> otherwise();
            case 0x0B -> end();
            case 0x0C -> {
                blocks++;
                label();
                unreachable();
            }
            case 0x0D -> {
                blocks++;
                label();
                height--;
            }
            case 0x0E -> branchTable();
            case 0x0F -> {
                blocks++;
                unreachable();
            }
            case 0x10 -> call(in.u32());
            case 0x11 -> callIndirect();
            case 0x12 -> types.need(Feature.TAIL_CALLS, function, "return_call");
            case 0x13 -> types.need(Feature.TAIL_CALLS, function, "return_call_indirect");
            case 0x14 -> types.need(Feature.GC, function, "call_ref");
            case 0x15 -> types.need(Feature.TAIL_CALLS, function, "return_call_ref");
            case 0x1A -> height--;
            case 0x1B -> height -= 2;
            case 0x1C -> {
                types.need(Feature.REFERENCE_TYPES, function, "select of a type");
                int count = in.count(Limit.TYPE_VALUES, limits);
                for (int i = 0; i < count; i++) {
                    types.valueType(function);
                }
                height -= 2;
            }
            case 0x08, 0x0A, 0x1F -> exceptions(opcode);
            default -> throw unknown(opcode);
        }
    }

    private void exceptions(int opcode) throws Refused {
        types.need(Feature.EXCEPTIONS, function, "instruction 0x" + Integer.toHexString(opcode));
        if (opcode == 0x1F) {
            FunctionType type = types.blockType(function);
            int catches = in.count(Limit.BRANCH_TABLE_ENTRIES, limits);
            blocks += catches;
            for (int i = 0; i < catches; i++) {
                // 0 catch and 1 catch_ref name a tag, 2 catch_all and 3 catch_all_ref do not; then comes the label.
                if (in.u8() < 2) {
                    in.u32();
                }
                in.u32();
            }
            enter(opcode, type);
        } else {
            if (opcode == 0x08) {
                in.u32();
            }
            unreachable();
        }
    }

    private void enter(int opcode, FunctionType type) throws Refused {
        blocks++;
        depth++;
        over(Limit.NESTING, depth);
        height = Math.max(0, height - type.params().size());
        blockHeights[depth] = (int) height;
        blockTypes[depth] = type;
        blockOpcodes[depth] = opcode;
        height += type.params().size();
    }

    private void otherwise() throws Refused {
        if (blockOpcodes[depth] != IF) {
            throw in.malformed("function " + function + " has an else without its if");
        }
        blocks++;
        blockOpcodes[depth] = ELSE;
        height = (long) blockHeights[depth] + blockTypes[depth].params().size();
    }

    private void label() throws Refused {
        long label = in.u32();
        if (label > depth) {
            throw in.malformed("function " + function + " branches out of " + label + " blocks of " + depth);
        }
    }

    private void end() {
        height = blockHeights[depth] + (long) blockTypes[depth].results().size();
        depth--;
    }

    /** What follows cannot run, and may pop what was never pushed: start again from the height of the block. */
    private void unreachable() {
        height = blockHeights[depth];
    }

    private void branchTable() throws Refused {
        long targets = in.u32();
        over(Limit.BRANCH_TABLE_ENTRIES, targets);
        moduleTargets += targets;
        over(Limit.MODULE_BRANCH_TABLE_ENTRIES, moduleTargets);
        for (long i = 0; i <= targets; i++) {
            label();
        }
        blocks += targets + 1;
        unreachable();
    }

    private void call(long index) throws Refused {
        if (index >= functions.size()) {
            throw in.malformed("call of function " + index + " of " + functions.size());
        }
        apply(functions.get((int) index));
    }

    private void callIndirect() throws Refused {
        FunctionType type = types.get(in.u32());
        in.u32();
        height--;
        apply(type);
    }

    private void apply(FunctionType type) {
        height = Math.max(height - type.params().size(), blockHeights[depth]);
        height += type.results().size();
    }

    private void variable(int opcode) throws Refused {
        switch (opcode) {
            case 0x20, 0x23 -> height++;
            case 0x21, 0x24 -> height--;
            case 0x22 -> {}
            case 0x25 -> types.need(Feature.REFERENCE_TYPES, function, "table.get");
            case 0x26 -> {
                types.need(Feature.REFERENCE_TYPES, function, "table.set");
                height -= 2;
            }
            default -> throw unknown(opcode);
        }
        in.u32();
    }

    private void memory(int opcode) throws Refused {
        needMemory();
        if (opcode >= 0x3F) {
            in.u32();
            height += opcode == 0x3F ? 1 : 0;
        } else {
            memoryArgument();
            height -= opcode >= 0x36 ? 2 : 0;
        }
    }

    private void needMemory() throws Refused {
        if (!hasMemory) {
            throw in.malformed("function " + function + " uses a memory and the module declares none");
        }
    }

    private void memoryArgument() throws Refused {
        long align = in.u32();
        if (align >= 0x40) {
            types.need(Feature.MULTI_MEMORY, function, "the number of a memory");
            in.u32();
        }
        in.u32();
    }

    private void numeric(int opcode) throws Refused {
        switch (opcode) {
            case 0x41 -> in.skipSigned(32);
            case 0x42 -> in.skipSigned(64);
            case 0x43 -> in.skip(4);
            case 0x44 -> in.skip(8);
            default -> {
                if (opcode >= 0xC0) {
                    types.need(Feature.SIGN_EXTENSION, function, "sign extension");
                }
                height -= takesTwo(opcode) ? 1 : 0;
                return;
            }
        }
        height++;
    }

    /** Comparisons and arithmetic of two operands; every other numeric instruction takes one. */
    private static boolean takesTwo(int opcode) {
        return isBetween(opcode, 0x46, 0x4F)
                || isBetween(opcode, 0x51, 0x66)
                || isBetween(opcode, 0x6A, 0x78)
                || isBetween(opcode, 0x7C, 0x8A)
                || isBetween(opcode, 0x92, 0x98)
                || isBetween(opcode, 0xA0, 0xA6);
    }

    private static boolean isBetween(int opcode, int first, int last) {
        return opcode >= first && opcode <= last;
    }

    private void extended(int opcode) throws Refused {
        switch (opcode) {
            case 0xD0 -> {
                types.need(Feature.REFERENCE_TYPES, function, "ref.null");
                types.referenceType(function);
                height++;
            }
            case 0xD1 -> types.need(Feature.REFERENCE_TYPES, function, "ref.is_null");
            case 0xD2 -> {
                types.need(Feature.REFERENCE_TYPES, function, "ref.func");
                in.u32();
                height++;
            }
            case 0xD3, 0xD4, 0xD5, 0xD6, 0xFB ->
                types.need(Feature.GC, function, "instruction 0x" + Integer.toHexString(opcode));
            case 0xFC -> bulk(in.u32());
            case 0xFD -> {
                types.need(Feature.SIMD, function, "a vector instruction");
                vector(in.u32());
            }
            case 0xFE -> types.need(Feature.THREADS, function, "an atomic instruction");
            default -> throw unknown(opcode);
        }
    }

    private void bulk(long code) throws Refused {
        if (code < 8) {
            types.need(Feature.SATURATING_FLOAT, function, "a saturating conversion");
            return;
        }
        if (code > 17) {
            throw in.malformed("unknown instruction 0xfc " + code);
        }
        boolean isOfTable = code >= 15;
        types.need(
                isOfTable ? Feature.REFERENCE_TYPES : Feature.BULK_MEMORY,
                function,
                isOfTable ? "table.grow, size or fill" : "a bulk instruction");
        if (code == 8 || code == 10 || code == 11) {
            needMemory();
        }
        // init and copy name two things, the others one
        in.u32();
        if (code == 8 || code == 10 || code == 12 || code == 14) {
            in.u32();
        }
        switch ((int) code) {
            case 9, 13 -> {}
            case 15 -> height--;
            case 16 -> height++;
            default -> height -= 3;
        }
    }

    private void vector(long code) throws Refused {
        if (code <= 11 || code == 92 || code == 93) {
            memoryArgument();
        } else if (code == 12 || code == 13) {
            in.skip(16);
        } else if (code >= 21 && code <= 34) {
            in.u8();
        } else if (code >= 84 && code <= 91) {
            memoryArgument();
            in.u8();
        }
        // More than any of them pushes.
        height++;
    }

    private Refused unknown(int opcode) {
        return in.malformed("function " + function + " has unknown instruction 0x" + Integer.toHexString(opcode));
    }

    private void over(Limit limit, long value) throws Refused {
        if (value > limits.get(limit)) {
            throw Refused.limit(limit, function, value, limits.get(limit));
        }
    }
}
