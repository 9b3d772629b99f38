/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.GuestFunction;
import io.bascule.wasm.engine.WasmException;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** An exported function, bound to its instance. */
final class ChicoryFunction implements GuestFunction {

    private static final int DIRECT_ARGS_MAX = 4;

    private final ChicoryInstance instance;
    private final Lane lane;
    private final String name;
    private final FunctionType type;
    private final int arity;
    private final MethodHandle handle;
    private @Nullable MethodHandle spreader;

    /** @param handle takes {@code type}'s number of longs and returns a long */
    ChicoryFunction(ChicoryInstance instance, String name, FunctionType type, MethodHandle handle) {
        this.instance = instance;
        this.lane = instance.lane();
        this.name = name;
        this.type = type;
        this.arity = type.params().size();
        this.handle = handle;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FunctionType type() {
        return type;
    }

    private void expect(int given) {
        if (given != arity) {
            throw new IllegalArgumentException(
                    name + " takes " + arity + " arguments " + type.params() + "; " + given + " were given");
        }
    }

    private void leave(boolean isOuter) {
        if (isOuter) {
            lane.leave();
        }
    }

    @Override
    public long call() throws WasmException {
        expect(0);
        boolean isOuter = lane.enter();
        long result;
        try {
            result = (long) handle.invokeExact();
        } catch (Throwable e) {
            throw instance.failed(e, name, isOuter);
        }
        leave(isOuter);
        return result;
    }

    @Override
    public long call(long a) throws WasmException {
        expect(1);
        boolean isOuter = lane.enter();
        long result;
        try {
            result = (long) handle.invokeExact(a);
        } catch (Throwable e) {
            throw instance.failed(e, name, isOuter);
        }
        leave(isOuter);
        return result;
    }

    @Override
    public long call(long a, long b) throws WasmException {
        expect(2);
        boolean isOuter = lane.enter();
        long result;
        try {
            result = (long) handle.invokeExact(a, b);
        } catch (Throwable e) {
            throw instance.failed(e, name, isOuter);
        }
        leave(isOuter);
        return result;
    }

    @Override
    public long call(long a, long b, long c) throws WasmException {
        expect(3);
        boolean isOuter = lane.enter();
        long result;
        try {
            result = (long) handle.invokeExact(a, b, c);
        } catch (Throwable e) {
            throw instance.failed(e, name, isOuter);
        }
        leave(isOuter);
        return result;
    }

    @Override
    public long call(long a, long b, long c, long d) throws WasmException {
        expect(DIRECT_ARGS_MAX);
        boolean isOuter = lane.enter();
        long result;
        try {
            result = (long) handle.invokeExact(a, b, c, d);
        } catch (Throwable e) {
            throw instance.failed(e, name, isOuter);
        }
        leave(isOuter);
        return result;
    }

    @Override
    public long callWith(long[] args) throws WasmException {
        expect(args.length);
        boolean isOuter = lane.enter();
        long result;
        try {
            MethodHandle spread = spreader;
            if (spread == null) {
                spread = handle.asSpreader(long[].class, arity);
                spreader = spread;
            }
            result = (long) spread.invokeExact(args);
        } catch (Throwable e) {
            throw instance.failed(e, name, isOuter);
        }
        leave(isOuter);
        return result;
    }
}
