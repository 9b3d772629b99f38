/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.binary;

import io.bascule.wasm.engine.Feature;
import io.bascule.wasm.engine.Limit;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.WasmException.Refused;

/** Reads element and data segments, and the constant expressions in them. */
final class SegmentReader {

    // Longer ones say nothing that a shorter one does not; Chicory evaluates them for every instance.
    private static final int CONSTANT_INSTRUCTIONS_MAX = 64;

    private final ByteReader in;
    private final ModuleLimits limits;
    private final TypeReader types;
    private final int functions;
    private final int globals;

    SegmentReader(ByteReader in, ModuleLimits limits, TypeReader types, int functions, int globals) {
        this.in = in;
        this.limits = limits;
        this.types = types;
        this.functions = functions;
        this.globals = globals;
    }

    void elements() throws Refused {
        int count = in.count(Limit.ELEMENT_SEGMENTS, limits);
        for (int i = 0; i < count; i++) {
            long flags = in.u32();
            if (flags > 7) {
                throw in.malformed("element segment with unknown flags " + flags);
            }
            boolean isPassiveOrDeclared = (flags & 1) != 0;
            boolean hasTableOrIsDeclared = (flags & 2) != 0;
            boolean hasExpressions = (flags & 4) != 0;
            if (isPassiveOrDeclared) {
                types.need(Feature.BULK_MEMORY, -1, "a passive or declared element segment");
            } else {
                if (hasTableOrIsDeclared) {
                    in.u32();
                }
                constant();
            }
            if (isPassiveOrDeclared || hasTableOrIsDeclared) {
                if (hasExpressions) {
                    types.referenceType(-1);
                } else if (in.u8() != 0) {
                    throw in.malformed("element segment of unknown kind");
                }
            }
            entries(hasExpressions);
        }
    }

    private void entries(boolean areExpressions) throws Refused {
        int count = in.count(Limit.ELEMENT_ENTRIES, limits);
        for (int i = 0; i < count; i++) {
            if (areExpressions) {
                constant();
            } else {
                function(in.u32());
            }
        }
    }

    void data(boolean hasMemory) throws Refused {
        int count = in.count(Limit.DATA_SEGMENTS, limits);
        for (int i = 0; i < count; i++) {
            long flags = in.u32();
            if (flags > 2) {
                throw in.malformed("data segment with unknown flags " + flags);
            }
            if (flags == 1) {
                types.need(Feature.BULK_MEMORY, -1, "a passive data segment");
            } else {
                if (!hasMemory) {
                    throw in.malformed("an active data segment and no memory");
                }
                if (flags == 2) {
                    in.u32();
                }
                constant();
            }
            in.skip(in.count(Limit.DATA_SEGMENT_BYTES, limits));
        }
    }

    void constant() throws Refused {
        for (int i = 0; i < CONSTANT_INSTRUCTIONS_MAX; i++) {
            int opcode = in.u8();
            switch (opcode) {
                case 0x0B -> {
                    return;
                }
                case 0x23 -> {
                    long global = in.u32();
                    if (global >= globals) {
                        throw in.malformed("global " + global + " of " + globals);
                    }
                }
                case 0x41 -> in.skipSigned(32);
                case 0x42 -> in.skipSigned(64);
                case 0x43 -> in.skip(4);
                case 0x44 -> in.skip(8);
                case 0x6A, 0x6B, 0x6C, 0x7C, 0x7D, 0x7E ->
                    types.need(Feature.EXTENDED_CONST, -1, "arithmetic in a constant");
                case 0xD0 -> types.referenceType(-1);
                case 0xD2 -> function(in.u32());
                case 0xFB -> types.need(Feature.GC, -1, "an object in a constant");
                case 0xFD -> {
                    types.need(Feature.SIMD, -1, "a vector in a constant");
                    in.u32();
                    in.skip(16);
                }
                default -> throw in.malformed("opcode 0x" + Integer.toHexString(opcode) + " in a constant");
            }
        }
        throw in.malformed("a constant of more than " + CONSTANT_INSTRUCTIONS_MAX + " instructions");
    }

    private void function(long index) throws Refused {
        if (index >= functions) {
            throw in.malformed("function " + index + " of " + functions);
        }
    }
}
