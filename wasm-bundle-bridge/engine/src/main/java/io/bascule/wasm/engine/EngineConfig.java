/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How an engine is set up. Immutable; made by {@link #builder()}. */
public final class EngineConfig {

    /** Everything at its default: no cache directory, warm-up on. */
    public static final EngineConfig DEFAULT = builder().build();

    private final ModuleLimits moduleLimits;
    private final CallLimits callLimits;
    private final long pageBudget;
    private final Duration compileTimeout;
    private final int compileQueueSize;
    private final int compilesStuckMax;
    private final long compileHeadroomBytes;
    private final @Nullable Path cacheDirectory;
    private final long cacheBytesMax;
    private final boolean isWarmedUp;

    private EngineConfig(Builder builder) {
        moduleLimits = builder.moduleLimits;
        callLimits = builder.callLimits;
        pageBudget = range("page budget", builder.pageBudget, 0, 16L * 1024 * 1024);
        compileTimeout = builder.compileTimeout;
        range(
                "compile timeout in milliseconds",
                compileTimeout.toMillis(),
                1,
                Duration.ofHours(1).toMillis());
        compileQueueSize = (int) range("compile queue size", builder.compileQueueSize, 1, 10_000);
        compilesStuckMax = (int) range("stuck compilations at most", builder.compilesStuckMax, 1, 16);
        compileHeadroomBytes = range("compile headroom", builder.compileHeadroomBytes, 0, 1L << 40);
        cacheDirectory = builder.cacheDirectory;
        cacheBytesMax = range("cache size", builder.cacheBytesMax, 0, 1L << 40);
        isWarmedUp = builder.isWarmedUp;
    }

    private static long range(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " is " + value + "; expected " + min + " to " + max);
        }
        return value;
    }

    /** Starts a configuration with every default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the limits of modules for which the caller names none. */
    public ModuleLimits moduleLimits() {
        return moduleLimits;
    }

    /** Returns the budget of calls of instances for which the caller names none. */
    public CallLimits callLimits() {
        return callLimits;
    }

    /** Returns how many pages of 64 KiB all instances may have together. */
    public long pageBudget() {
        return pageBudget;
    }

    /** Returns how long parsing and compiling one module may take, waiting included. */
    public Duration compileTimeout() {
        return compileTimeout;
    }

    /** Returns how many modules may wait for the compiler. */
    public int compileQueueSize() {
        return compileQueueSize;
    }

    /** Returns how many compilations may be stuck before the engine refuses to compile anything. */
    public int compilesStuckMax() {
        return compilesStuckMax;
    }

    /** Returns how much heap must be free before a compilation starts, bytes. */
    public long compileHeadroomBytes() {
        return compileHeadroomBytes;
    }

    /** Returns where compiled classes are kept; null when they are not. */
    public @Nullable Path cacheDirectory() {
        return cacheDirectory;
    }

    /** Returns how large the cache may grow, bytes; the oldest entries go first. */
    public long cacheBytesMax() {
        return cacheBytesMax;
    }

    /** Returns whether the compiler is warmed up at the start. */
    public boolean isWarmedUp() {
        return isWarmedUp;
    }

    /** Collects settings; values are checked by {@link #build()}. Not safe for use by more than one thread. */
    public static final class Builder {
        private ModuleLimits moduleLimits = ModuleLimits.DEFAULT;
        private CallLimits callLimits = CallLimits.DEFAULT;
        private long pageBudget = 4096;
        private Duration compileTimeout = Duration.ofSeconds(30);
        private int compileQueueSize = 64;
        private int compilesStuckMax = 2;
        private long compileHeadroomBytes = 32L * 1024 * 1024;
        private @Nullable Path cacheDirectory;
        private long cacheBytesMax = 256L * 1024 * 1024;
        private boolean isWarmedUp = true;

        private Builder() {}

        /** Sets the limits of modules for which the caller names none. */
        public Builder moduleLimits(ModuleLimits limits) {
            moduleLimits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /** Sets the budget of calls of instances for which the caller names none. */
        public Builder callLimits(CallLimits limits) {
            callLimits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /** Sets how many pages of 64 KiB all instances may have together, 0 to 16 Mi; 4096 by default. */
        public Builder pageBudget(long pages) {
            pageBudget = pages;
            return this;
        }

        /** Sets how long parsing and compiling one module may take, 1 ms to 1 h; 30 s by default. */
        public Builder compileTimeout(Duration timeout) {
            compileTimeout = Objects.requireNonNull(timeout, "timeout");
            return this;
        }

        /** Sets how many modules may wait for the compiler, 1 to 10,000; 64 by default. */
        public Builder compileQueueSize(int size) {
            compileQueueSize = size;
            return this;
        }

        /** Sets how many compilations may be stuck before none is started any more, 1 to 16; 2 by default. */
        public Builder compilesStuckMax(int count) {
            compilesStuckMax = count;
            return this;
        }

        /** Sets how much heap must be free before a compilation starts; 32 MiB by default. */
        public Builder compileHeadroomBytes(long bytes) {
            compileHeadroomBytes = bytes;
            return this;
        }

        /** Sets where compiled classes are kept; null, the default, keeps none. Only the gateway may write there. */
        public Builder cacheDirectory(@Nullable Path directory) {
            cacheDirectory = directory;
            return this;
        }

        /** Sets how large the cache may grow; 256 MiB by default. */
        public Builder cacheBytesMax(long bytes) {
            cacheBytesMax = bytes;
            return this;
        }

        /** Sets whether the compiler is warmed up at the start; true by default. */
        public Builder warmUp(boolean isOn) {
            isWarmedUp = isOn;
            return this;
        }

        /**
         * Returns the configuration.
         *
         * @throws IllegalArgumentException when a value is out of its range; the message names it
         */
        public EngineConfig build() {
            return new EngineConfig(this);
        }
    }
}
