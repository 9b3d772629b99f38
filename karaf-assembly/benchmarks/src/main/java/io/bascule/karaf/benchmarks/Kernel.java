/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import com.google.errorprone.annotations.Immutable;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.ValueKind;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.ValueType;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;

/** One piece of work that exists in WebAssembly and in Java. Results are compared as raw 64 bits. */
enum Kernel {
    SUM(ValueType.F64, (d, n) -> Double.doubleToRawLongBits(JavaKernels.sum(d, n))),
    FIR(ValueType.F64, (d, n) -> Double.doubleToRawLongBits(JavaKernels.fir(d, n))),
    EMA(ValueType.F64, (d, n) -> Double.doubleToRawLongBits(JavaKernels.ema(d, n))),
    ANOMALY(ValueType.I64, JavaKernels::anomaly),
    SHA256(ValueType.I64, JavaKernels::sha256),
    JSON(ValueType.F64, (d, n) -> Double.doubleToRawLongBits(JavaKernels.json(d, n)));

    /** The Java twin. */
    @Immutable
    @FunctionalInterface
    interface Twin {
        long run(byte[] data, int count);
    }

    private final ValueType result;
    private final Twin twin;

    Kernel(ValueType result, Twin twin) {
        this.result = result;
        this.twin = twin;
    }

    String export() {
        return name().toLowerCase(Locale.ROOT);
    }

    FunctionType type() {
        return FunctionType.of(ValueType.I32, ValueType.I32).returning(result);
    }

    Twin twin() {
        return twin;
    }

    /** Returns the length argument for a batch of {@code readings}: readings, or bytes for the kernels over bytes. */
    int lengthFor(int readings) {
        return this == SHA256 || this == JSON ? readings * RecordLayout.RECORD_BYTES : readings;
    }

    /** Returns as many bytes of input as {@code readings} records have; the same at each call. */
    byte[] input(int readings) {
        return this == JSON ? json(readings * RecordLayout.RECORD_BYTES) : records(readings);
    }

    static byte[] records(int readings) {
        Random random = new Random(7);
        byte[] records = new byte[readings * RecordLayout.RECORD_BYTES];
        for (int i = 0; i < readings; i++) {
            double value = 20 + random.nextGaussian() + (random.nextInt(100) == 0 ? 40 : 0);
            int quality = random.nextInt(50) == 0 ? 0x8000 : 0;
            RecordLayout.put(
                    records,
                    i * RecordLayout.RECORD_BYTES,
                    1 + i % 8,
                    ValueKind.F64.code(),
                    quality,
                    i * 1_000_000L,
                    Double.doubleToRawLongBits(value));
        }
        return records;
    }

    private static byte[] json(int length) {
        StringBuilder text = new StringBuilder("[");
        Random random = new Random(7);
        while (true) {
            String item = String.format(
                    Locale.ROOT,
                    "{\"channel\":\"line%d/temp\",\"value\":%.3f,\"good\":true},",
                    random.nextInt(9),
                    random.nextGaussian() * 50);
            if (text.length() + item.length() >= length) {
                break;
            }
            text.append(item);
        }
        text.setCharAt(text.length() - 1, ' ');
        text.append(" ".repeat(length - 1 - text.length())).append(']');
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
