/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import com.dylibso.chicory.runtime.Memory;
import io.bascule.wasm.engine.WasmException.TrapKind;

/**
 * The fuel gauge of one instance. Generated code burns a unit for each call and each backward branch; bulk instructions
 * burn one for each 64 bytes. Fuel comes in slices, so that the rare end of a slice is where the deadline is looked at.
 *
 * <p>Public because generated classes call it from their own class loader. Confined to the thread inside the instance,
 * but for {@link #requestStop()}.
 */
public final class Meter {

    private static final int SLICE = 65_536;
    // What a loop pays for in advance. It counts the rest in a local variable, which costs less than a field: no store
    // and
    // reload on the critical path of each round. Measured: with blocks of 256 and less the JIT of JDK 25 takes the end
    // of a
    // block for common and makes short loops twice as slow; with 16,384 and more that of JDK 17 does.
    private static final int LOOP_BLOCK = 1024;
    private static final int BYTES_PER_UNIT_SHIFT = 6;

    private int slice;
    private long rest;
    private long fuel;
    private volatile boolean isStopRequested;

    Meter() {}

    /** Burns a unit for a call. Called by generated code. */
    public static void call(Memory memory) {
        Meter meter = ((FlatMemory) memory).meter();
        if (--meter.slice < 0) {
            meter.refill();
        }
    }

    /**
     * Burns a unit for a backward branch. Called by generated code, which keeps {@code prepaid} in a local variable.
     *
     * @return what is left of the units paid in advance
     */
    public static int loop(int prepaid, Memory memory) {
        return prepaid > 0 ? prepaid - 1 : ((FlatMemory) memory).meter().prepay();
    }

    /** Returns units that a loop paid in advance and did not use. Called by generated code. */
    public static void refund(int prepaid, Memory memory) {
        ((FlatMemory) memory).meter().slice += prepaid;
    }

    private int prepay() {
        if (slice <= 0) {
            slice--;
            refill();
            slice++;
        }
        int block = Math.min(slice, LOOP_BLOCK);
        slice -= block;
        return block - 1;
    }

    /** Burns fuel for an instruction that moves {@code bytes} bytes. */
    void chargeBytes(long bytes) {
        charge((int) (bytes >>> BYTES_PER_UNIT_SHIFT));
    }

    /** Burns {@code units} of fuel. */
    void charge(int units) {
        slice -= units;
        if (slice < 0) {
            refill();
        }
    }

    private void refill() {
        checkStop();
        long take = Math.min(rest, Math.max(SLICE, -(long) slice));
        rest -= take;
        slice += (int) take;
        if (slice < 0) {
            rest = 0;
            slice = 0;
            throw new GuestStop(TrapKind.FUEL, "the call used up its " + fuel + " units of fuel", null);
        }
    }

    /** Stops the guest when its deadline has passed or its thread was interrupted. */
    void checkStop() {
        if (isStopRequested) {
            throw new GuestStop(TrapKind.DEADLINE, "the call did not end in its time", null);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new GuestStop(TrapKind.INTERRUPTED, "the thread that called the guest was interrupted", null);
        }
    }

    void begin(long fuelOfCall) {
        fuel = fuelOfCall;
        slice = (int) Math.min(SLICE, fuelOfCall);
        rest = fuelOfCall - slice;
    }

    long used() {
        return fuel - rest - slice;
    }

    boolean isStopRequested() {
        return isStopRequested;
    }

    /** Makes the guest stop at the end of its slice. From any thread. */
    void requestStop() {
        isStopRequested = true;
    }

    void clearStop() {
        isStopRequested = false;
    }
}
