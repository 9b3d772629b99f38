/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.WasmEngine;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A ratio means something only when both sides do the same work. */
class KernelTwinTest {

    @ParameterizedTest
    @EnumSource(Kernel.class)
    void theSandboxedKernelAndItsTwinGiveTheSameBits(Kernel kernel) throws Exception {
        try (WasmEngine engine = WasmEngine.start(EngineConfig.DEFAULT)) {
            for (int readings : new int[] {0, 1, 2, 15, 16, 17, 256, 1024}) {
                if (kernel == Kernel.JSON && readings < 16) {
                    continue; // Too short for a document.
                }
                byte[] input = kernel.input(readings);
                int length = kernel.lengthFor(readings);
                try (WasmKernel wasm = new WasmKernel(
                        engine, Artefacts.kernels(), kernel.export(), kernel.type(), Math.max(8, input.length))) {
                    long first = wasm.run(input, length);
                    assertEquals(kernel.twin().run(input.clone(), length), first, () -> kernel + " of " + readings);
                    assertEquals(first, wasm.run(input, length), "a second call on the same batch");
                }
            }
        }
    }

    @Test
    void theSha256TwinIsSha256() throws Exception {
        byte[] input = Kernel.records(100);
        long expected = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(input))
                .getLong();
        assertEquals(expected, JavaKernels.sha256(input, input.length));
    }
}
