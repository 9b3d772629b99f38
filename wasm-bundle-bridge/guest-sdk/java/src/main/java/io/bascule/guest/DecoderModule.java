/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.guest;

import org.jspecify.annotations.Nullable;
import org.teavm.interop.Address;
import org.teavm.interop.Export;

/** The exports of world {@code decoder}. Call {@link #run} in {@code main} and nothing else there. */
public final class DecoderModule {
    private static @Nullable Decoder decoder;

    private DecoderModule() {}

    /** Makes this the module's decoder. */
    public static void run(Decoder module) {
        decoder = module;
    }

    @Export(name = "configure")
    static int configure(Address pointer, int length) {
        return Calls.guarded("configure", () -> {
            byte[] json = Memory.claimBytes(pointer, length);
            module().configure(new Config(Calls.text(json)));
            return 0;
        });
    }

    @Export(name = "test")
    static int test() {
        return Calls.guarded("test", () -> module().test() ? 0 : Host.FAILED);
    }

    @Export(name = "decode")
    static int decode(Address pointer, int length, long timeNanos) {
        return Calls.guarded("decode", () -> module().decode(Memory.claimBytes(pointer, length), timeNanos));
    }

    private static Decoder module() {
        Decoder module = decoder;
        if (module == null) {
            throw new IllegalStateException("main did not call DecoderModule.run");
        }
        return module;
    }
}
