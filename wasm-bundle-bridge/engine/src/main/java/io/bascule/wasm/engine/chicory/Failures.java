/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.TrapException;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.InvalidException;
import com.dylibso.chicory.wasm.MalformedException;
import com.dylibso.chicory.wasm.UninstantiableException;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;
import java.util.Locale;

/** Turns whatever Chicory, generated code or the JVM throws into a {@link WasmException}. Stateless. */
final class Failures {

    private Failures() {}

    /**
     * Says what stopped a guest.
     *
     * @param what the call, for the message
     */
    static WasmException ofCall(Throwable thrown, Meter meter, String what) {
        WasmException found = thrown instanceof GuestStop stop ? stop.reason() : ofGuest(thrown, what);
        boolean isOwnReason = found instanceof Trap trap && trap.kind() == TrapKind.FUEL;
        if (meter.isStopRequested() && !isOwnReason) {
            // Whatever came up came from the interrupt.
            return new Trap(TrapKind.DEADLINE, what + " did not end in its time", found);
        }
        return found;
    }

    private static WasmException ofGuest(Throwable thrown, String what) {
        String why = what + ": " + thrown.getMessage();
        if (isCausedBy(thrown, StackOverflowError.class)) {
            return new Trap(TrapKind.STACK, what + " nested calls deeper than the stack of its thread", thrown);
        } else if (thrown instanceof OutOfMemoryError) {
            return new Trap(TrapKind.MEMORY_BUDGET, why, thrown);
        } else if (thrown instanceof IndexOutOfBoundsException) {
            return new Trap(TrapKind.OUT_OF_BOUNDS, why, thrown);
        } else if (thrown instanceof ArithmeticException) {
            return new Trap(TrapKind.DIVISION, why, thrown);
        } else if (thrown instanceof com.dylibso.chicory.runtime.WasmException) {
            return new Trap(TrapKind.UNCAUGHT_EXCEPTION, what + " threw an exception it did not catch", thrown);
        } else if (thrown instanceof ChicoryInterruptedException) {
            return new Trap(TrapKind.INTERRUPTED, why, thrown);
        } else if (thrown instanceof ChicoryException chicory) {
            return ofChicory(chicory, what, why);
        }
        return new WasmException.Internal(what + " failed inside the engine: " + thrown, thrown);
    }

    /** Chicory tells its traps apart by their text only. */
    private static WasmException ofChicory(ChicoryException thrown, String what, String why) {
        String text = String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT);
        if (thrown.getCause() instanceof GuestStop stop) {
            return stop.reason();
        } else if (text.contains("out of bounds")) {
            return new Trap(TrapKind.OUT_OF_BOUNDS, why, thrown);
        } else if (text.contains("unreachable")) {
            return new Trap(TrapKind.UNREACHABLE, what + " executed unreachable", thrown);
        } else if (text.contains("conversion to integer") || isTruncation(thrown)) {
            return new Trap(TrapKind.CONVERSION, why, thrown);
        } else if (text.contains("divide by zero") || text.contains("integer overflow")) {
            return new Trap(TrapKind.DIVISION, why, thrown);
        } else if (text.contains("indirect call")
                || text.contains("element")
                || text.contains("null")
                || text.contains("unknown function")) {
            return new Trap(TrapKind.INDIRECT_CALL, why, thrown);
        } else if (thrown instanceof TrapException
                || thrown instanceof WasmRuntimeException
                || thrown instanceof UninstantiableException) {
            return new Trap(TrapKind.UNREACHABLE, why, thrown);
        } else if (thrown instanceof InvalidException || thrown instanceof MalformedException) {
            return WasmException.Refused.malformed(why, thrown);
        }
        return new WasmException.Internal(why, thrown);
    }

    /** An overflow is that of a conversion when an instruction called TRUNC threw it. */
    private static boolean isTruncation(ChicoryException thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        return trace.length > 0 && trace[0].getMethodName().contains("TRUNC");
    }

    private static boolean isCausedBy(Throwable thrown, Class<? extends Throwable> type) {
        return type.isInstance(thrown) || type.isInstance(thrown.getCause());
    }

    /** Says why a module could not be compiled. */
    static WasmException ofCompilation(Throwable thrown, String digest) {
        if (thrown instanceof WasmException known) {
            return known;
        } else if (thrown instanceof InvalidException || thrown instanceof MalformedException) {
            return WasmException.Refused.malformed(String.valueOf(thrown.getMessage()), thrown);
        } else if (thrown instanceof OutOfMemoryError) {
            return new WasmException.CompileFailed(
                    "module " + digest
                            + " needs more heap to compile than there is; make it smaller or the heap larger",
                    true,
                    thrown);
        }
        return new WasmException.CompileFailed(
                "module " + digest + " cannot be compiled: " + thrown
                        + "; split its largest functions if they are the cause",
                false,
                thrown);
    }
}
