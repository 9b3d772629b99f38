/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.ValueType;
import io.bascule.wasm.engine.binary.ScannedModule;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** A module with its classes loaded: everything its instances share. Immutable but for a cache; safe for any thread. */
final class LinkedModule {

    private static final MethodHandle BITS_OF_F64 = find(Double.class, "doubleToRawLongBits", long.class, double.class);
    private static final MethodHandle F64_OF_BITS = find(Double.class, "longBitsToDouble", double.class, long.class);
    private static final MethodHandle BITS_OF_F32 = find(LinkedModule.class, "bitsOf", long.class, float.class);
    private static final MethodHandle F32_OF_BITS = find(LinkedModule.class, "floatOf", float.class, long.class);

    private final ScannedModule scanned;
    private final WasmModule shell;
    private final MethodHandle machine;
    private final List<MethodHandles.Lookup> functionGroups = new ArrayList<>();
    private final ConcurrentHashMap<Integer, MethodHandle> functions = new ConcurrentHashMap<>();

    private static MethodHandle find(Class<?> owner, String name, Class<?> result, Class<?> param) {
        try {
            return MethodHandles.lookup().findStatic(owner, name, MethodType.methodType(result, param));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // A float travels in the low half of a long.
    static long bitsOf(float value) {
        return Float.floatToRawIntBits(value);
    }

    static float floatOf(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    /**
     * Loads the classes of a module.
     *
     * @param wasm the bytes that were scanned
     * @throws ReflectiveOperationException or LinkageError when they are not what Chicory generates
     */
    LinkedModule(ScannedModule scanned, byte[] wasm, GeneratedClasses generated) throws ReflectiveOperationException {
        this.scanned = scanned;
        this.shell = Parser.parse(scanned.toInstantiate(wasm));
        ModuleClassLoader loader = new ModuleClassLoader(generated);
        loader.link(generated);
        Class<? extends Machine> type = loader.loadClass(generated.main()).asSubclass(Machine.class);
        this.machine = MethodHandles.publicLookup()
                .findConstructor(type, MethodType.methodType(void.class, Instance.class))
                .asType(MethodType.methodType(Machine.class, Instance.class));
        for (int i = 0; generated.classes().containsKey(groupName(generated, i)); i++) {
            functionGroups.add(
                    MethodHandles.privateLookupIn(loader.loadClass(groupName(generated, i)), MethodHandles.lookup()));
        }
    }

    private static String groupName(GeneratedClasses generated, int index) {
        return generated.main() + "FuncGroup_" + index;
    }

    ScannedModule scanned() {
        return scanned;
    }

    WasmModule shell() {
        return shell;
    }

    Machine newMachine(Instance instance) {
        try {
            return (Machine) machine.invokeExact(instance);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(
                    "the machine of module " + scanned.info().digest() + " failed", e);
        }
    }

    /**
     * Returns a function as {@code (Memory, Instance, long...) -> long}: straight to its generated method, which is three
     * times faster than the machine's switch and an array of arguments.
     */
    MethodHandle function(int index) {
        return functions.computeIfAbsent(index, this::resolve);
    }

    private MethodHandle resolve(int index) {
        FunctionType type = scanned.functionTypes().get(index);
        List<Class<?>> params = new ArrayList<>();
        for (ValueType param : type.params()) {
            params.add(javaType(param));
        }
        params.add(Memory.class);
        params.add(Instance.class);
        Class<?> result =
                type.results().isEmpty() ? void.class : javaType(type.results().get(0));
        MethodType generated = MethodType.methodType(result, params);
        IllegalStateException missing =
                new IllegalStateException("no generated class has function " + index + " of type " + type);
        for (MethodHandles.Lookup group : functionGroups) {
            try {
                return uniform(group.findStatic(group.lookupClass(), "func_" + index, generated), type);
            } catch (NoSuchMethodException | IllegalAccessException e) {
                // Functions are spread over groups, and the size of a group is the compiler's business: try the next.
                missing.addSuppressed(e);
            }
        }
        throw missing;
    }

    private static MethodHandle uniform(MethodHandle generated, FunctionType type) {
        int count = type.params().size();
        MethodHandle handle = generated;
        for (int i = 0; i < count; i++) {
            ValueType param = type.params().get(i);
            if (param == ValueType.F64) {
                handle = MethodHandles.filterArguments(handle, i, F64_OF_BITS);
            } else if (param == ValueType.F32) {
                handle = MethodHandles.filterArguments(handle, i, F32_OF_BITS);
            }
        }
        if (!type.results().isEmpty()) {
            ValueType result = type.results().get(0);
            if (result == ValueType.F64) {
                handle = MethodHandles.filterReturnValue(handle, BITS_OF_F64);
            } else if (result == ValueType.F32) {
                handle = MethodHandles.filterReturnValue(handle, BITS_OF_F32);
            }
        }
        List<Class<?>> params = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            params.add(long.class);
        }
        params.add(Memory.class);
        params.add(Instance.class);
        MethodHandle longs = MethodHandles.explicitCastArguments(handle, MethodType.methodType(long.class, params));
        int[] order = new int[count + 2];
        List<Class<?>> moved = new ArrayList<>(List.of(Memory.class, Instance.class));
        for (int i = 0; i < count; i++) {
            order[i] = i + 2;
            moved.add(long.class);
        }
        order[count] = 0;
        order[count + 1] = 1;
        return MethodHandles.permuteArguments(longs, MethodType.methodType(long.class, moved), order);
    }

    private static Class<?> javaType(ValueType type) {
        return switch (type) {
            case I32, FUNCREF, EXTERNREF -> int.class;
            case I64 -> long.class;
            case F32 -> float.class;
            case F64 -> double.class;
            case V128 -> throw new IllegalStateException("vectors are refused by the compiler");
        };
    }
}
