/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.types.ValType;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.HostFunctions;
import io.bascule.wasm.engine.ModuleImport;
import io.bascule.wasm.engine.ValueType;
import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;
import java.util.List;

/** Lets generated code call one function of the host. Confined like its instance. */
final class HostBinding {

    private static final long[] NO_RESULT = {};

    private final ChicoryInstance instance;
    private final String name;
    private final io.bascule.wasm.engine.HostFunction function;
    private final boolean hasResult;

    private HostBinding(ChicoryInstance instance, ModuleImport wanted, HostFunctions.Offer offer) {
        this.instance = instance;
        this.name = wanted.module() + " " + wanted.name();
        this.function = offer.function();
        this.hasResult = !offer.type().results().isEmpty();
    }

    static HostFunction of(ChicoryInstance instance, ModuleImport wanted, HostFunctions.Offer offer) {
        HostBinding binding = new HostBinding(instance, wanted, offer);
        return new HostFunction(wanted.module(), wanted.name(), chicory(offer.type()), binding::call);
    }

    private static com.dylibso.chicory.wasm.types.FunctionType chicory(FunctionType type) {
        return com.dylibso.chicory.wasm.types.FunctionType.of(chicory(type.params()), chicory(type.results()));
    }

    private static List<ValType> chicory(List<ValueType> types) {
        return types.stream()
                .map(type -> switch (type) {
                    case I32 -> ValType.I32;
                    case I64 -> ValType.I64;
                    case F32 -> ValType.F32;
                    case F64 -> ValType.F64;
                    case V128 -> ValType.V128;
                    case FUNCREF -> ValType.FuncRef;
                    case EXTERNREF -> ValType.ExternRef;
                })
                .toList();
    }

    private long[] call(Instance guest, long... args) {
        long result;
        try {
            result = function.call(instance, args);
        } catch (Trap e) {
            throw new GuestStop(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GuestStop(TrapKind.INTERRUPTED, name + " was interrupted", e);
        } catch (StackOverflowError | OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            throw new GuestStop(TrapKind.HOST, name + " failed: " + e, e);
        }
        if (instance.lane().isDiscarded()) {
            // A call back into the guest trapped and the host function carried on.
            throw new GuestStop(TrapKind.HOST, name + " went on after a call back into the guest trapped", null);
        }
        instance.lane().meter().checkStop();
        return hasResult ? new long[] {result} : NO_RESULT;
    }
}
