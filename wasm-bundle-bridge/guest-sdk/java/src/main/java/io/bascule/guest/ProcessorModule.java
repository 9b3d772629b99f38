/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.guest;

import org.jspecify.annotations.Nullable;
import org.teavm.interop.Address;
import org.teavm.interop.Export;

/** The exports of world {@code processor}. Call {@link #run} in {@code main} and nothing else there. */
public final class ProcessorModule {
    private static final int SNAPSHOT_BYTES_MAX = 65536;

    private static @Nullable Processor processor;
    private static @Nullable Block snapshot;
    private static @Nullable Block result;

    private ProcessorModule() {}

    /** Makes this the module's processor. */
    public static void run(Processor module) {
        processor = module;
        snapshot = new Block(SNAPSHOT_BYTES_MAX);
        result = new Block(8);
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

    @Export(name = "process")
    static int process(Address pointer, int count) {
        if (count == 0) {
            return 0;
        }
        return Calls.guarded("process", () -> {
            Block block = Memory.claim(pointer);
            try {
                return module().process(new Batch(block, count));
            } finally {
                Memory.give(block);
            }
        });
    }

    /** An empty list if there is no snapshot; then the host starts the successor cold. */
    @Export(name = "snapshot")
    static Address snapshot() {
        Block list = result;
        Block content = snapshot;
        if (list == null || content == null) {
            throw new IllegalStateException("snapshot before main");
        }
        int length = Calls.guarded("snapshot", () -> {
            byte[] state = module().snapshot();
            if (state.length > SNAPSHOT_BYTES_MAX) {
                throw new IllegalStateException("the snapshot has " + state.length + " bytes, more than 65536");
            }
            content.fill(state);
            return state.length;
        });
        // Nothing is allocated from here on, so the addresses hold until the host has copied the state.
        int where = content.address().toInt();
        Address pair = list.address();
        pair.putInt(where);
        pair.add(4).putInt(Math.max(0, length));
        return pair;
    }

    @Export(name = "restore")
    static int restore(Address pointer, int length) {
        return Calls.guarded("restore", () -> {
            byte[] state = Memory.claimBytes(pointer, length);
            return module().restore(state) ? 0 : Host.CORRUPT_DATA;
        });
    }

    private static Processor module() {
        Processor module = processor;
        if (module == null) {
            throw new IllegalStateException("main did not call ProcessorModule.run");
        }
        return module;
    }
}
