/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import io.bascule.wasm.engine.CallLimits;
import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.Feature;
import io.bascule.wasm.engine.Limit;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.WasmEngine;
import java.io.File;
import java.time.Duration;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Owns the WebAssembly engine of the gateway. A changed configuration makes a new engine and so restarts every module,
 * because limits are decided when a module is admitted.
 */
@Component(service = EngineHolder.class, configurationPid = EngineHolder.PID)
@Designate(ocd = EngineHolder.Config.class)
public final class EngineHolder {

    /** PID of the engine's configuration. */
    public static final String PID = "io.bascule.wasm.engine";

    /** What can be configured. */
    @ObjectClassDefinition(
            name = "Bascule WebAssembly engine",
            description = "Limits under which modules are admitted and run. A change restarts all modules.")
    public @interface Config {

        /** Returns the size limit of modules, bytes. */
        @AttributeDefinition(
                name = "Module size",
                description = "Largest module that is admitted, in bytes",
                min = "1024",
                max = "16777216")
        int moduleBytesMax() default 2_097_152;

        /** Returns the memory limit of an instance, pages. */
        @AttributeDefinition(
                name = "Memory of an instance",
                description = "Most memory that one instance may have, in pages of 64 KiB",
                min = "1",
                max = "16384")
        int memoryPagesMax() default 256;

        /** Returns the memory limit of all instances, pages. */
        @AttributeDefinition(
                name = "Memory of all instances",
                description = "Most memory that all instances may have together, in pages of 64 KiB",
                min = "1",
                max = "16777216")
        long pageBudget() default 4096;

        /** Returns the fuel of a call. */
        @AttributeDefinition(
                name = "Fuel of a call",
                description = "Calls and backward branches that one call of a module may make",
                min = "1000",
                max = "1000000000000")
        long callFuel() default 50_000_000;

        /** Returns the deadline of a call, milliseconds. */
        @AttributeDefinition(
                name = "Deadline of a call",
                description = "Longest time that one call of a module may take, in milliseconds",
                min = "1",
                max = "3600000")
        long callDeadlineMillis() default 1000;

        /** Returns the time limit of a compilation, seconds. */
        @AttributeDefinition(
                name = "Time to compile",
                description = "Longest time that compiling a module may take, waiting included, in seconds",
                min = "1",
                max = "3600")
        long compileTimeoutSeconds() default 30;

        /** Returns the size limit of the class cache, bytes. */
        @AttributeDefinition(
                name = "Class cache",
                description = "Size of the cache of compiled modules, in bytes; 0 switches it off",
                min = "0",
                max = "1099511627776")
        long cacheBytesMax() default 268_435_456;

        /** Returns whether the compiler is warmed up. */
        @AttributeDefinition(
                name = "Warm up",
                description = "Prepare the compiler when the gateway starts, so that the first module starts sooner")
        boolean warmUp() default true;

        /** Returns whether SIMD is allowed. */
        @AttributeDefinition(name = "Allow SIMD", description = "Admit modules with 128-bit vector instructions")
        boolean allowSimd() default false;

        /** Returns whether exceptions are allowed. */
        @AttributeDefinition(name = "Allow exceptions", description = "Admit modules that throw and catch exceptions")
        boolean allowExceptions() default false;

        /** Returns whether several memories are allowed. */
        @AttributeDefinition(name = "Allow several memories", description = "Admit modules with more than one memory")
        boolean allowMultiMemory() default false;
    }

    private final WasmEngine engine;

    /** Starts the engine. */
    @Activate
    public EngineHolder(BundleContext context, Config config) {
        File cache = context.getDataFile("classes");
        engine = WasmEngine.start(toEngineConfig(config, cache));
    }

    /**
     * Returns the engine's configuration.
     *
     * @throws IllegalArgumentException when a value is out of its range; the message names it
     */
    static EngineConfig toEngineConfig(Config config, @org.jspecify.annotations.Nullable File cache) {
        ModuleLimits limits = ModuleLimits.DEFAULT
                .with(Limit.MODULE_BYTES, config.moduleBytesMax())
                .with(Limit.MEMORY_PAGES, config.memoryPagesMax())
                .with(Feature.SIMD, config.allowSimd())
                .with(Feature.EXCEPTIONS, config.allowExceptions())
                .with(Feature.MULTI_MEMORY, config.allowMultiMemory());
        EngineConfig.Builder builder = EngineConfig.builder()
                .moduleLimits(limits)
                .callLimits(new CallLimits(config.callFuel(), Duration.ofMillis(config.callDeadlineMillis())))
                .pageBudget(config.pageBudget())
                .compileTimeout(Duration.ofSeconds(config.compileTimeoutSeconds()))
                .cacheBytesMax(config.cacheBytesMax())
                .warmUp(config.warmUp());
        if (cache != null && config.cacheBytesMax() > 0) {
            builder.cacheDirectory(cache.toPath());
        }
        return builder.build();
    }

    /** Stops the engine. */
    @Deactivate
    public void deactivate() {
        engine.close();
    }

    /** Returns the engine. */
    public WasmEngine get() {
        return engine;
    }
}
