/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.World;
import io.bascule.api.module.spi.Decoder;
import io.bascule.api.module.spi.Instance;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A module whose instances count the readings they have seen, hand that count over, and watch that they are used as the
 * contract says: one thread at a time, never after close.
 */
final class FakeModule implements Module {

    /** What an instance does with a batch. */
    @FunctionalInterface
    interface Behaviour {
        void process(Batch batch, Counting instance) throws ModuleException;
    }

    final List<String> violations = new CopyOnWriteArrayList<>();
    final List<Counting> instances = new CopyOnWriteArrayList<>();
    volatile Behaviour behaviour =
            (batch, instance) -> instance.context.output().readings(batch);
    volatile String refusal = "";
    volatile String restoreRefusal = "";
    /** The stage that {@link #restoreRefusal} is for; empty when it is for all. */
    volatile String refusingOwner = "";
    /** First byte of frames that the decoder calls corrupt. */
    volatile int corrupt = 0xFF;

    volatile boolean mayFail;
    volatile ModuleState state = ModuleState.READY;
    private final ModuleDescriptor descriptor;

    FakeModule(String name, String version) {
        this(name, version, World.PROCESSOR, Batch.SIZE_MAX);
    }

    FakeModule(String name, String version, World world, int batchMax) {
        descriptor = new ModuleDescriptor(name, version, ModuleKind.WASM, world, "", "", Set.of(), "", batchMax, 1);
    }

    @Override
    public ModuleDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public ModuleStatus status() {
        return ModuleStatus.of(state, "");
    }

    @Override
    public Processor newProcessor(StageContext context) throws ModuleException {
        if (!refusal.isEmpty()) {
            throw new ModuleException(refusal);
        }
        Counting instance = new Counting(context);
        instances.add(instance);
        return instance;
    }

    @Override
    public Decoder newDecoder(StageContext context) {
        return new FramesOfTwo(context);
    }

    @Override
    public void selfTest() {}

    /** Counts. */
    final class Counting implements Processor {
        final StageContext context;
        final List<String> messages = new CopyOnWriteArrayList<>();
        volatile long seen;
        volatile boolean isClosed;
        volatile long timerDue = NO_TIMER;
        final AtomicInteger timerRuns = new AtomicInteger();
        private final AtomicReference<Thread> user = new AtomicReference<>();

        Counting(StageContext context) {
            this.context = context;
        }

        private void enter() {
            if (isClosed) {
                violations.add("used after close");
            }
            if (!user.compareAndSet(null, Thread.currentThread())) {
                violations.add("used by two threads at once");
            }
        }

        private void leave() {
            user.set(null);
        }

        @Override
        public void process(Batch batch) throws ModuleException {
            enter();
            try {
                behaviour.process(batch, this);
                long before = seen;
                seen = before + batch.size();
            } finally {
                leave();
            }
        }

        @Override
        public void message(String topic, byte[] payload) {
            messages.add(topic + "=" + new String(payload, java.nio.charset.StandardCharsets.UTF_8));
        }

        @Override
        public void configure(String json) {}

        @Override
        public byte[] snapshot() {
            enter();
            leave();
            return ByteBuffer.allocate(Long.BYTES).putLong(seen).array();
        }

        @Override
        public void restore(byte[] state) throws ModuleException {
            boolean isMeant = refusingOwner.isEmpty() || refusingOwner.equals(context.owner());
            if (isMeant && !restoreRefusal.isEmpty()) {
                throw new ModuleException(restoreRefusal);
            }
            seen = ByteBuffer.wrap(state).getLong();
        }

        @Override
        public long timerDueNanos() {
            return timerDue;
        }

        @Override
        public void runTimers() {
            timerDue = NO_TIMER;
            timerRuns.incrementAndGet();
        }

        @Override
        public void close() {
            enter();
            leave();
            isClosed = true;
        }
    }

    /** Decodes frames of two bytes into one reading of channel 1: the first byte times 256 plus the second. */
    private final class FramesOfTwo implements Decoder, Instance {
        private final StageContext context;

        FramesOfTwo(StageContext context) {
            this.context = context;
        }

        @Override
        public int decode(byte[] data, long timeNanos) throws ModuleException {
            if (data.length < 2) {
                return 0;
            }
            if (data[0] == (byte) corrupt) {
                throw new ModuleException("corrupt frame");
            }
            double value = (data[0] & 0xFF) * 256 + (data[1] & 0xFF);
            context.output().readings(Batch.builder(1).add(1, value, timeNanos).build());
            return 2;
        }

        @Override
        public void configure(String json) {}

        @Override
        public byte[] snapshot() {
            return new byte[0];
        }

        @Override
        public void restore(byte[] state) {}

        @Override
        public long timerDueNanos() {
            return NO_TIMER;
        }

        @Override
        public void runTimers() {}

        @Override
        public void close() {}
    }
}
