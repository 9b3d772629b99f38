/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import com.dylibso.chicory.wabt.Wat2Wasm;
import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.ValueType;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.engine.WasmException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The border alone: a batch is copied in and a function that does nothing is called. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH fills the parameter by reflection, setUp the rest.
public class CrossingBenchmark {

    private static final String NOTHING = "(module (memory (export \"memory\") 2)"
            + " (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (i32.const 8))"
            + " (func (export \"nothing\") (param i32 i32) (result i32) (local.get 1)))";

    /** Readings in the batch. */
    @Param({"1", "256", "1024"})
    public int readings;

    private WasmEngine engine;
    private WasmKernel wasm;
    private byte[] input;
    private byte[] target;

    /** Compiles the guest. */
    @Setup(Level.Trial)
    public void setUp() throws WasmException {
        input = Kernel.records(readings);
        target = new byte[input.length];
        engine = WasmEngine.start(EngineConfig.DEFAULT);
        FunctionType type = FunctionType.of(ValueType.I32, ValueType.I32).returning(ValueType.I32);
        wasm = new WasmKernel(engine, Wat2Wasm.parse(NOTHING), "nothing", type, input.length);
    }

    /** Lets go. */
    @TearDown(Level.Trial)
    public void tearDown() {
        wasm.close();
        engine.close();
    }

    /** Into the sandbox and back. */
    @Benchmark
    public long wasm() throws WasmException {
        return wasm.run(input, readings);
    }

    /** The baseline: the copy alone. */
    @Benchmark
    public byte[] java() {
        System.arraycopy(input, 0, target, 0, input.length);
        return target;
    }
}
