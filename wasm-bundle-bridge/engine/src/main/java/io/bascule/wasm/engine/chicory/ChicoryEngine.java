/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import io.bascule.wasm.engine.CompiledModule;
import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.EngineStats;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.HostFunctions;
import io.bascule.wasm.engine.ModuleInfo;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.ValueType;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmInstance;
import io.bascule.wasm.engine.binary.ModuleScanner;
import io.bascule.wasm.engine.binary.ScannedModule;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine: what is shared by all modules, and the counters. */
public final class ChicoryEngine implements WasmEngine {

    /** Names the engine in the key of the class cache. */
    static final String ENGINE_VERSION = "chicory-1.7.5";

    private static final Logger LOG = LoggerFactory.getLogger(ChicoryEngine.class);
    // (module (memory 1) (func (export "sum") (param i32) (result i32) (local i32)
    //   (loop (local.set 1 (i32.add (local.get 1) (i32.load (local.get 0))))
    //     (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 4))))) (local.get 1)))
    private static final String WARM_UP = "0061736d0100000001060160017f017f03020100050301000107070103"
            + "73756d00000a1f011d01017f0340200120002802006a2101200041046b22000d000b20010b";

    private final EngineConfig config;
    private final PageBudget pages;
    private final Watchdog watchdog;
    private final CompileQueue compiler;
    private final @Nullable ClassCache cache;
    private final AtomicLong compiled = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong compileNanos = new AtomicLong();
    private final AtomicLong traps = new AtomicLong();
    private final AtomicLong deadlines = new AtomicLong();
    private final AtomicInteger modules = new AtomicInteger();
    private final AtomicInteger instances = new AtomicInteger();
    private volatile boolean isClosed;

    /** Starts an engine; see {@link WasmEngine#start}. */
    public ChicoryEngine(EngineConfig config) {
        this.config = config;
        this.pages = new PageBudget(config.pageBudget());
        Path directory = config.cacheDirectory();
        this.cache = directory == null ? null : new ClassCache(directory, config.cacheBytesMax());
        this.compiler = new CompileQueue(config);
        this.watchdog = new Watchdog();
        if (config.isWarmedUp()) {
            compiler.offer("warm-up", this::warmUp);
        }
    }

    /** Loads the compiler's classes, which takes some 0.3 seconds that the first module should not have to wait. */
    private Long warmUp() throws WasmException, ReflectiveOperationException {
        byte[] wasm = HexFormat.of().parseHex(WARM_UP);
        ScannedModule scanned = ModuleScanner.scan(wasm, ModuleLimits.DEFAULT);
        LinkedModule linked = new LinkedModule(scanned, wasm, GeneratedClasses.compile(scanned.toCompile(wasm)));
        try (WasmInstance instance =
                ChicoryInstance.create(this, linked, ModuleLimits.DEFAULT, HostFunctions.NONE, config.callLimits())) {
            return instance.function("sum", FunctionType.of(ValueType.I32).returning(ValueType.I32))
                    .orElseThrow()
                    .call(64);
        } catch (WasmException e) {
            // A budget of no pages, for example. The modules themselves will say so.
            LOG.debug("Warm-up ended early", e);
            return 0L;
        }
    }

    @Override
    public EngineConfig config() {
        return config;
    }

    @Override
    public ModuleInfo inspect(byte[] wasm, ModuleLimits limits) throws WasmException.Refused {
        return ModuleScanner.scan(wasm, limits).info();
    }

    @Override
    public CompiledModule compile(byte[] wasm, ModuleLimits limits) throws WasmException {
        checkOpen();
        // What is scanned must be what is compiled, whatever the caller does to its array.
        byte[] own = wasm.clone();
        try {
            ScannedModule scanned = ModuleScanner.scan(own, limits);
            LinkedModule linked = compiler.run(scanned.info().digest(), () -> link(scanned, own));
            compiled.incrementAndGet();
            modules.incrementAndGet();
            return new ChicoryModule(this, linked, limits);
        } catch (WasmException.Refused e) {
            refused.incrementAndGet();
            throw e;
        } catch (WasmException.CompileFailed e) {
            failed.incrementAndGet();
            throw e;
        }
    }

    /** Runs on the compiler thread. */
    private LinkedModule link(ScannedModule scanned, byte[] wasm) throws WasmException, ReflectiveOperationException {
        long start = System.nanoTime();
        try {
            String digest = scanned.info().digest();
            Optional<GeneratedClasses> cached = cache == null ? Optional.empty() : cache.find(digest);
            if (cached.isPresent()) {
                return new LinkedModule(scanned, wasm, cached.get());
            }
            Headroom.check(config.compileHeadroomBytes(), digest);
            GeneratedClasses generated = GeneratedClasses.compile(scanned.toCompile(wasm));
            LinkedModule linked = new LinkedModule(scanned, wasm, generated);
            if (cache != null) {
                cache.put(digest, generated);
            }
            return linked;
        } finally {
            compileNanos.addAndGet(System.nanoTime() - start);
        }
    }

    PageBudget pages() {
        return pages;
    }

    void checkOpen() throws WasmException.Closed {
        if (isClosed) {
            throw new WasmException.Closed("the engine is closed");
        }
    }

    void created(Lane lane) {
        instances.incrementAndGet();
        watchdog.watch(lane);
    }

    void released(Lane lane) {
        instances.decrementAndGet();
        watchdog.forget(lane);
    }

    void trapped(boolean isDeadline) {
        traps.incrementAndGet();
        if (isDeadline) {
            deadlines.incrementAndGet();
        }
    }

    void moduleClosed() {
        modules.decrementAndGet();
    }

    @Override
    public EngineStats stats() {
        return new EngineStats(
                compiled.get(),
                refused.get(),
                failed.get(),
                compiler.stuck(),
                compileNanos.get(),
                cache == null ? 0 : cache.hits(),
                cache == null ? 0 : cache.misses(),
                cache == null ? 0 : cache.rejected(),
                modules.get(),
                instances.get(),
                traps.get(),
                deadlines.get(),
                pages.used(),
                config.pageBudget());
    }

    @Override
    public void close() {
        isClosed = true;
        compiler.close();
        watchdog.close();
    }
}
