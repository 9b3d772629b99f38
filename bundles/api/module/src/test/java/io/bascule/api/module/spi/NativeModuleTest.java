/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NativeModuleTest implements Output {

    private final List<String> out = new ArrayList<>();
    private final List<Map<String, Object>> published = new ArrayList<>();
    private @Nullable Module service;

    /** Counts batches, adds its offset; fails as it is told. */
    private static final class Counter extends NativeModule {
        @Nullable
        Throwable failure;

        boolean failsTest;
        boolean failsSnapshot;
        int closed;

        Counter() {
            super(
                    new ModuleDescriptor(
                            "counter", "1.0.0", ModuleKind.NATIVE, World.PROCESSOR, "", "", Set.of(), "", 16, 1),
                    42);
        }

        void begin(Map<String, ?> properties, Publisher publisher) {
            start(properties, publisher);
        }

        void change(Map<String, ?> properties) {
            reconfigure(properties);
        }

        void end() {
            stop();
        }

        @Override
        protected ModuleLogic newLogic(ModuleConfig config) throws ModuleException {
            long offset = config.integer("offset", 0, 0, 100);
            return new ModuleLogic() {
                private byte count;

                @Override
                public void process(Batch batch, Output output) throws Exception {
                    count++;
                    output.message("count", new byte[] {(byte) (count + offset)});
                    fail();
                }

                @Override
                public void message(String topic, byte[] payload, Output output) {
                    output.readings(Batch.EMPTY);
                    output.readings(Batch.builder(1).add(1, 1, 1).build());
                }

                private void fail() throws Exception {
                    if (failure instanceof Exception exception) {
                        throw exception;
                    } else if (failure instanceof Error error) {
                        throw error;
                    }
                }

                @Override
                public byte[] snapshot() {
                    if (failsSnapshot) {
                        throw new IllegalStateException("no snapshot today");
                    }
                    return new byte[] {count};
                }

                @Override
                public void restore(byte[] state) throws ModuleException {
                    if (state.length != 1) {
                        throw new ModuleException("expected one byte");
                    }
                    count = state[0];
                }

                @Override
                public long memoryBytes() {
                    return 8;
                }

                @Override
                public void close() {
                    closed++;
                }
            };
        }

        @Override
        protected void test() throws Exception {
            if (failsTest) {
                throw new AssertionError("expected 1, got 2");
            }
        }
    }

    private void begin(Counter module, Map<String, ?> properties) {
        module.begin(properties, (offered, about) -> {
            service = offered;
            published.add(about);
            return () -> service = null;
        });
    }

    private Processor processor(String json) throws Exception {
        return service().newProcessor(new StageContext("flow/stage", json, this));
    }

    private Module service() {
        if (service == null) {
            throw new AssertionError("nothing is published");
        }
        return service;
    }

    private static Batch batch() {
        return Batch.builder(1).add(1, 2.0, 3).build();
    }

    @Test
    void publishesItselfOnceItHasPassedItsTest() throws Exception {
        Counter module = new Counter();
        assertEquals(ModuleState.INSTALLED, module.status().state());

        begin(module, Map.of("service.pid", "counter"));

        assertEquals(ModuleState.READY, module.status().state());
        assertEquals("counter", published.get(0).get(Module.NAME));
        assertEquals("1.0.0", published.get(0).get(Module.VERSION));
        assertEquals("native", published.get(0).get(Module.KIND));
        assertEquals(42L, published.get(0).get(ModuleStatusSource.BUNDLE_ID));
        service().selfTest();
        assertThrows(ModuleException.class, () -> service()
                .newDecoder(StageContext.trial(service().descriptor())));
        module.end();
        assertEquals(ModuleState.INSTALLED, module.status().state());
        assertEquals(null, service);
        module.end();
    }

    @Test
    void isFaultedAndUnpublishedWhenItsTestFailsUntilOtherSettingsMendIt() {
        Counter module = new Counter();
        module.failsTest = true;
        begin(module, Map.of());

        assertEquals(ModuleState.FAULTED, module.status().state());
        assertTrue(module.status().reason().contains("self-test of module 'counter' failed"));
        assertTrue(module.status().reason().contains("expected 1, got 2"));
        assertEquals(List.of(), published);

        module.failsTest = false;
        module.change(Map.of("offset", 1));
        assertEquals(ModuleState.READY, module.status().state());
        assertEquals("", module.status().reason());
    }

    @Test
    void outputsLeaveWhenTheCallHasReturnedAndNothingOfAFailedOne() throws Exception {
        Counter module = new Counter();
        begin(module, Map.of());
        try (Processor processor = processor("{\"offset\":10}")) {
            processor.process(batch());
            processor.process(Batch.EMPTY);
            processor.message("topic", new byte[0]);
            assertEquals(List.of("count=11", "1 readings"), out);

            for (Throwable each : List.of(
                    new IllegalStateException("broken"), new StackOverflowError(), new NoClassDefFoundError("Gone"))) {
                module.failure = each;
                ModuleException e = assertThrows(ModuleException.class, () -> processor.process(batch()));
                assertTrue(String.valueOf(e.getMessage()).contains("failed in process: " + each), e.getMessage());
                assertTrue(e.retryAfter().isEmpty());
            }
            module.failure = null;
            processor.process(batch());
            assertEquals(List.of("count=11", "1 readings", "count=15"), out);
        }
        assertEquals(3, module.status().faults());
        assertEquals(6, module.status().calls());
        assertTrue(
                module.status().reason().contains("NoClassDefFoundError"),
                module.status().reason());
    }

    @Test
    void aModuleMayAskForTheSameBatchLater() throws Exception {
        Counter module = new Counter();
        begin(module, Map.of());
        try (Processor processor = processor("{}")) {
            module.failure = new ModuleException("not now", null, Duration.ofMillis(5));
            ModuleException e = assertThrows(ModuleException.class, () -> processor.process(batch()));

            assertEquals(Duration.ofMillis(5), e.retryAfter().orElseThrow());
        }
    }

    @Test
    void anInterruptIsNoFaultOfTheModule() throws Exception {
        Counter module = new Counter();
        begin(module, Map.of());
        try (Processor processor = processor("{}")) {
            module.failure = new InterruptedException();
            assertThrows(ModuleException.class, () -> processor.process(batch()));

            assertTrue(Thread.interrupted());
            assertEquals(0, module.status().faults());
        }
    }

    @Test
    void newSettingsAreTakenOverBeforeTheNextCallWithTheState() throws Exception {
        Counter module = new Counter();
        begin(module, Map.of("offset", 1));
        try (Processor processor = processor("{}");
                Processor fixed = processor("{\"offset\":50}")) {
            processor.process(batch());
            assertEquals(Instance.NO_TIMER, processor.timerDueNanos());
            module.change(Map.of("offset", 20));
            assertTrue(processor.timerDueNanos() <= System.nanoTime());
            processor.process(batch());
            fixed.process(batch());
            processor.configure("{\"offset\":30}");
            processor.process(batch());

            assertEquals(List.of("count=2", "count=22", "count=51", "count=33"), out);
            assertEquals(2, module.status().instances());
            assertEquals(16, module.status().memoryBytes());
        }
        assertEquals(0, module.status().instances());
        assertEquals(0, module.status().memoryBytes());
    }

    @Test
    void refusedSettingsChangeNothing() throws Exception {
        Counter module = new Counter();
        begin(module, Map.of("offset", 1));
        try (Processor processor = processor("{}")) {
            module.change(Map.of("offset", 101));
            assertTrue(
                    module.status().reason().contains("'offset' is 101"),
                    module.status().reason());
            assertThrows(ModuleException.class, () -> processor.configure("{\"other\":1}"));
            module.failsSnapshot = true;
            assertThrows(ModuleException.class, () -> processor.configure("{\"offset\":3}"));
            module.failsSnapshot = false;
            processor.process(batch());

            assertEquals(List.of("count=2"), out);
        }
        assertThrows(ModuleException.class, () -> processor("{\"offset\":-1}"));
        assertEquals(0, module.status().instances());
    }

    @Test
    void refusedStateLeavesTheStateBefore() throws Exception {
        Counter module = new Counter();
        begin(module, Map.of());
        try (Processor processor = processor("{}")) {
            processor.restore(new byte[] {7});
            ModuleException e = assertThrows(ModuleException.class, () -> processor.restore(new byte[2]));
            processor.process(batch());

            assertTrue(String.valueOf(e.getMessage()).contains("did not take the state of 2 bytes: expected one byte"));
            assertEquals(List.of("count=8"), out);
        }
    }

    @Test
    void instancesOfAStoppedModuleRefuseAndAllLogicIsClosed() throws Exception {
        Counter module = new Counter();
        begin(module, Map.of());
        Processor processor = processor("{}");
        int before = module.closed;
        module.end();

        assertThrows(ModuleException.class, () -> processor.process(batch()));
        processor.close();
        processor.close();
        assertEquals(before + 1, module.closed);
        module.change(Map.of("offset", 5));
        assertEquals(ModuleState.INSTALLED, module.status().state());
    }

    @Test
    void instancesWorkUntilTheServiceIsGoneSoThatNoCallFailsBeforeStagesKnow() throws Exception {
        Counter module = new Counter();
        List<Processor> working = new ArrayList<>();
        List<ModuleException> refused = new ArrayList<>();
        module.begin(Map.of(), (offered, about) -> {
            service = offered;
            return () -> working.forEach(processor -> {
                try {
                    processor.process(batch());
                } catch (ModuleException e) {
                    refused.add(e);
                }
            });
        });
        working.add(processor("{}"));

        module.end();

        assertEquals(List.of(), refused);
        assertEquals(1, out.size());
        assertThrows(ModuleException.class, () -> working.get(0).process(batch()));
    }

    @Test
    void whatOneCallPutsOutIsBounded() {
        HeldOutput held = new HeldOutput();
        for (int i = 0; i < 4096; i++) {
            held.message("t", new byte[1]);
        }
        assertThrows(IllegalStateException.class, () -> held.message("t", new byte[1]));
        held.discard();
        assertThrows(IllegalStateException.class, () -> held.message("t", new byte[4 * 1024 * 1024 + 1]));
        held.readings(Batch.EMPTY);
        held.message("t", new byte[] {3});
        held.commit(this);
        held.commit(this);
        assertEquals(List.of("t=3"), out);
    }

    @Override
    public void readings(Batch batch) {
        out.add(batch.size() + " readings");
    }

    @Override
    public void message(String topic, byte[] payload) {
        out.add(topic + "=" + payload[0]);
    }

    @Override
    public void alert(Alert alert) {
        throw new AssertionError("an alert: " + alert);
    }
}
