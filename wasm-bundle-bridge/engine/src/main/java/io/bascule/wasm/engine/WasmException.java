/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whatever goes wrong with a module, one case per thing a caller can do about it. Checked, because every caller has
 * something to decide: a guest is expected to fail, and after a {@link Trap} its instance is gone.
 */
public abstract sealed class WasmException extends Exception {

    private static final long serialVersionUID = 1L;

    private WasmException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The bytes are not a module the engine admits. The module must be changed, or a limit raised. */
    public static final class Refused extends WasmException {
        private static final long serialVersionUID = 1L;

        private final @Nullable Limit limit;
        private final @Nullable Feature feature;
        private final int functionIndex;
        private final long value;
        private final long allowed;

        private Refused(
                String message,
                @Nullable Limit limit,
                @Nullable Feature feature,
                int functionIndex,
                long value,
                long allowed,
                @Nullable Throwable cause) {
            super(message, cause);
            this.limit = limit;
            this.feature = feature;
            this.functionIndex = functionIndex;
            this.value = value;
            this.allowed = allowed;
        }

        /**
         * A limit was exceeded.
         *
         * @param functionIndex the function, counted with imported ones first; -1 when it is not about one
         */
        public static Refused limit(Limit limit, int functionIndex, long value, long allowed) {
            String where = functionIndex < 0 ? "module" : "function " + functionIndex;
            return new Refused(
                    where + " exceeds " + limit + ": " + value + " " + limit.unit() + ", allowed " + allowed
                            + "; make the module smaller or raise the limit",
                    limit,
                    null,
                    functionIndex,
                    value,
                    allowed,
                    null);
        }

        /**
         * A feature that is not switched on was used.
         *
         * @param functionIndex the function, counted with imported ones first; -1 when it is not about one
         * @param what the instruction or declaration, for example {@code return_call}
         */
        public static Refused feature(Feature feature, int functionIndex, String what) {
            String where = functionIndex < 0 ? "module" : "function " + functionIndex;
            String hint = feature.isAllowable() ? "; switch the feature on or " : "; ";
            return new Refused(
                    where + " uses " + what + " of feature " + feature + ", which is not allowed" + hint
                            + "build the module without it",
                    null,
                    feature,
                    functionIndex,
                    1,
                    0,
                    null);
        }

        /** The bytes are no valid module; {@code why} says where and what was expected. */
        public static Refused malformed(String why, @Nullable Throwable cause) {
            return new Refused("not a valid WebAssembly module: " + why, null, null, -1, 0, 0, cause);
        }

        /** Returns the limit that was exceeded; null when it was not a limit. */
        public @Nullable Limit limit() {
            return limit;
        }

        /** Returns the feature that was used; null when it was not a feature. */
        public @Nullable Feature feature() {
            return feature;
        }

        /** Returns the function, counted with imported ones first; -1 when it is not about one. */
        public int functionIndex() {
            return functionIndex;
        }

        /** Returns the value found, in the unit of the limit. */
        public long value() {
            return value;
        }

        /** Returns the value allowed, in the unit of the limit. */
        public long allowed() {
            return allowed;
        }
    }

    /** The module asks for things the host does not offer, or exports something of another type than is needed. */
    public static final class LinkError extends WasmException {
        private static final long serialVersionUID = 1L;

        private final transient List<ModuleImport> missing;

        /** @param missing the imports nobody offers in that type; empty when it is about an export */
        public LinkError(String message, List<ModuleImport> missing) {
            super(message, null);
            this.missing = List.copyOf(missing);
        }

        /** Returns the imports nobody offers in that type. */
        public List<ModuleImport> missing() {
            return missing;
        }
    }

    /** What stopped a running guest. */
    public enum TrapKind {
        /** The guest executed {@code unreachable}: how most languages abort. */
        UNREACHABLE,
        /** The guest accessed memory or a table outside its bounds. */
        OUT_OF_BOUNDS,
        /** Integer division by zero, or overflow of one. */
        DIVISION,
        /** A float that does not fit the integer it is converted to. */
        CONVERSION,
        /** An indirect call to no function or one of another type, or a null reference. */
        INDIRECT_CALL,
        /** Calls nested deeper than the thread's stack. */
        STACK,
        /** {@link CallLimits#fuel()} is used up. */
        FUEL,
        /** {@link CallLimits#deadline()} has passed. */
        DEADLINE,
        /** Memory for the guest could not be had: the page budget or the heap is spent. */
        MEMORY_BUDGET,
        /** The guest gave the host a pointer outside its memory. */
        BAD_POINTER,
        /** A host function failed; the cause says why. */
        HOST,
        /** The guest threw an exception it did not catch. */
        UNCAUGHT_EXCEPTION,
        /** The calling thread was interrupted by someone else; its interrupt flag is set again. */
        INTERRUPTED
    }

    /** A guest was stopped. Its instance is discarded: make a new one. */
    public static final class Trap extends WasmException {
        private static final long serialVersionUID = 1L;

        private final TrapKind kind;

        /** @param message what the guest did, without the kind */
        public Trap(TrapKind kind, String message, @Nullable Throwable cause) {
            super(kind + ": " + message, cause);
            this.kind = Objects.requireNonNull(kind, "kind");
        }

        /** A pointer of the guest is outside its memory; for host functions. */
        public static Trap badPointer(int pointer, long length, int memoryBytes) {
            return new Trap(
                    TrapKind.BAD_POINTER,
                    length + " bytes at " + Integer.toUnsignedString(pointer) + " in a memory of " + memoryBytes
                            + " bytes",
                    null);
        }

        /** Returns what stopped it. */
        public TrapKind kind() {
            return kind;
        }
    }

    /** An admitted module could not be compiled. */
    public static final class CompileFailed extends WasmException {
        private static final long serialVersionUID = 1L;

        private final boolean isRetryable;

        /** @param isRetryable whether the same bytes may compile later: the queue was full or the heap short */
        public CompileFailed(String message, boolean isRetryable, @Nullable Throwable cause) {
            super(message, cause);
            this.isRetryable = isRetryable;
        }

        /** Returns whether the same bytes may compile later. */
        public boolean isRetryable() {
            return isRetryable;
        }
    }

    /** The engine, module or instance was closed before, or the instance discarded after a trap. */
    public static final class Closed extends WasmException {
        private static final long serialVersionUID = 1L;

        /** @param message what is closed and since when or why */
        public Closed(String message) {
            super(message, null);
        }
    }

    /** A defect of the engine. The instance is discarded; please report the cause. */
    public static final class Internal extends WasmException {
        private static final long serialVersionUID = 1L;

        /** @param message what was being done */
        public Internal(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
