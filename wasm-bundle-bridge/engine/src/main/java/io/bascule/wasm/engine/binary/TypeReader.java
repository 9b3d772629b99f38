/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.binary;

import io.bascule.wasm.engine.Feature;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.Limit;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.ValueType;
import io.bascule.wasm.engine.WasmException.Refused;
import java.util.ArrayList;
import java.util.List;

/** Reads value types and the type section, and knows which features may be used. */
final class TypeReader {

    private static final int FUNCTION = 0x60;
    private static final int FUNCREF = 0x70;
    private static final int EXTERNREF = 0x6F;
    private static final int EXNREF = 0x69;
    private static final FunctionType NOTHING = FunctionType.of();

    private final ByteReader in;
    private final ModuleLimits limits;
    private final List<FunctionType> types = new ArrayList<>();

    TypeReader(ByteReader in, ModuleLimits limits) {
        this.in = in;
        this.limits = limits;
    }

    void need(Feature feature, int functionIndex, String what) throws Refused {
        if (!limits.allows(feature)) {
            throw Refused.feature(feature, functionIndex, what);
        }
    }

    FunctionType get(long index) throws Refused {
        if (index >= types.size()) {
            throw in.malformed("type " + index + " of " + types.size());
        }
        return types.get((int) index);
    }

    void readSection() throws Refused {
        int count = in.count(Limit.TYPES, limits);
        for (int i = 0; i < count; i++) {
            int form = in.u8();
            if (form != FUNCTION) {
                need(Feature.GC, -1, "a type of form 0x" + Integer.toHexString(form));
            }
            List<ValueType> params = valueTypes();
            List<ValueType> results = valueTypes();
            if (results.size() > 1) {
                need(Feature.MULTI_VALUE, -1, "a function of " + results.size() + " results");
            }
            types.add(new FunctionType(params, results));
        }
    }

    private List<ValueType> valueTypes() throws Refused {
        int count = in.count(Limit.TYPE_VALUES, limits);
        List<ValueType> read = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            read.add(valueType(-1));
        }
        return read;
    }

    ValueType valueType(int functionIndex) throws Refused {
        return valueTypeOf(in.u8(), functionIndex);
    }

    ValueType referenceType(int functionIndex) throws Refused {
        int code = in.u8();
        if (code == EXNREF) {
            need(Feature.EXCEPTIONS, functionIndex, "exnref");
            return ValueType.EXTERNREF;
        }
        if (code != FUNCREF && code != EXTERNREF) {
            need(Feature.GC, functionIndex, "reference type 0x" + Integer.toHexString(code));
        }
        return code == FUNCREF ? ValueType.FUNCREF : ValueType.EXTERNREF;
    }

    private ValueType valueTypeOf(int code, int functionIndex) throws Refused {
        return switch (code) {
            case 0x7F -> ValueType.I32;
            case 0x7E -> ValueType.I64;
            case 0x7D -> ValueType.F32;
            case 0x7C -> ValueType.F64;
            case 0x7B -> switched(Feature.SIMD, functionIndex, "v128", ValueType.V128);
            case FUNCREF -> switched(Feature.REFERENCE_TYPES, functionIndex, "funcref", ValueType.FUNCREF);
            case EXTERNREF -> switched(Feature.REFERENCE_TYPES, functionIndex, "externref", ValueType.EXTERNREF);
            case EXNREF -> switched(Feature.EXCEPTIONS, functionIndex, "exnref", ValueType.EXTERNREF);
            default -> {
                if (code >= 0x63 && code <= 0x74) {
                    need(Feature.GC, functionIndex, "reference type 0x" + Integer.toHexString(code));
                }
                throw in.malformed("unknown value type 0x" + Integer.toHexString(code));
            }
        };
    }

    private ValueType switched(Feature feature, int functionIndex, String what, ValueType type) throws Refused {
        need(feature, functionIndex, what);
        return type;
    }

    /** Reads the type of a block: nothing, one result, or a number in the type section. */
    FunctionType blockType(int functionIndex) throws Refused {
        int first = in.u8();
        if (first == 0x40) {
            return NOTHING;
        }
        if ((first & 0xC0) == 0x40) {
            return NOTHING.returning(valueTypeOf(first, functionIndex));
        }
        // A signed number of 33 bits: what begins with a positive byte is an index.
        long index = first & 0x7F;
        int next = first;
        for (int shift = 7; next >= 0x80; shift += 7) {
            if (shift > 28) {
                throw in.malformed("block type of more than 33 bits");
            }
            next = in.u8();
            index |= (long) (next & 0x7F) << shift;
        }
        if ((next & 0x40) != 0) {
            throw in.malformed("block type is a negative number");
        }
        FunctionType type = get(index);
        if (!type.params().isEmpty() || type.results().size() > 1) {
            need(Feature.MULTI_VALUE, functionIndex, "a block of parameters or several results");
        }
        return type;
    }
}
