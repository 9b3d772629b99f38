/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.engine.WasmException;
import java.io.IOException;
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

/** A stage's work on one batch: in the sandbox, copy in included, and in Java. Both start from a fresh copy of the batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH fills the fields: parameters by reflection, the rest in setUp.
public class KernelBenchmark {

    /** Which kernel. */
    @Param({"SUM", "FIR", "EMA", "ANOMALY", "SHA256", "JSON"})
    public String kernel;

    /** Readings in the batch. */
    @Param({"256", "1024"})
    public int readings;

    private WasmEngine engine;
    private WasmKernel wasm;
    private Kernel.Twin twin;
    private byte[] input;
    private byte[] scratch;
    private int length;

    /** Compiles the kernel. */
    @Setup(Level.Trial)
    public void setUp() throws WasmException, IOException {
        Kernel work = Kernel.valueOf(kernel);
        input = work.input(readings);
        scratch = new byte[input.length];
        length = work.lengthFor(readings);
        twin = work.twin();
        engine = WasmEngine.start(EngineConfig.DEFAULT);
        wasm = new WasmKernel(engine, Artefacts.kernels(), work.export(), work.type(), input.length);
    }

    /** Lets go. */
    @TearDown(Level.Trial)
    public void tearDown() {
        wasm.close();
        engine.close();
    }

    /** The sandboxed side. */
    @Benchmark
    public long wasm() throws WasmException {
        return wasm.run(input, length);
    }

    /** The baseline: kernels write in place, so it too works on a copy of the immutable batch. */
    @Benchmark
    public long java() {
        System.arraycopy(input, 0, scratch, 0, input.length);
        return twin.run(scratch, length);
    }
}
