/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

/**
 * An exported function of an instance, looked up once and called often. Arguments and result are as in
 * {@link ValueType}; an i32 result is sign-extended, a function without results returns 0. Up to four arguments are passed without
 * allocating. Confined like its instance.
 *
 * <p>Every form of {@code call} throws a {@link WasmException.Trap} when the guest was stopped (the instance is then
 * discarded), {@link WasmException.Closed} when the instance is closed or discarded, {@link WasmException.Internal} for
 * a defect of the engine; {@link IllegalArgumentException} for a wrong number of arguments, and
 * {@link IllegalStateException} when another thread is inside the instance.
 */
public interface GuestFunction {

    /** Returns its name in the module. */
    String name();

    /** Returns its signature. */
    FunctionType type();

    /** Calls it without arguments. */
    long call() throws WasmException;

    /** Calls it with one argument. */
    long call(long a) throws WasmException;

    /** Calls it with two arguments. */
    long call(long a, long b) throws WasmException;

    /** Calls it with three arguments. */
    long call(long a, long b, long c) throws WasmException;

    /** Calls it with four arguments. */
    long call(long a, long b, long c, long d) throws WasmException;

    /** Calls it with any number of arguments; the array is only read. */
    long callWith(long[] args) throws WasmException;
}
