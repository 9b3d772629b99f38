/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.samples.totalizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.spi.Output;
import io.bascule.api.security.Authorizer;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.wasm.abi.GuestExport;
import io.bascule.wasm.abi.MetadataReader;
import io.bascule.wasm.abi.ModuleMetadata;
import io.bascule.wasm.capabilities.CapabilityLimits;
import io.bascule.wasm.capabilities.ChannelHandles;
import io.bascule.wasm.capabilities.DeviceStreams;
import io.bascule.wasm.capabilities.HostServices;
import io.bascule.wasm.capabilities.InstanceHost;
import io.bascule.wasm.capabilities.StateStore;
import io.bascule.wasm.engine.CallLimits;
import io.bascule.wasm.engine.CompiledModule;
import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.GuestFunction;
import io.bascule.wasm.engine.ValueType;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmInstance;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The compiled module on the gateway's engine and host functions for as long as it takes to fill its heap many times. A
 * collector that does not end is stopped by the fuel of the call and fails the test.
 */
class TotalizerEnduranceTest {

    private static final Path MODULE = Path.of("target", "totalizer-1.0.0.wasm");
    private static final int CONFIGURATIONS_PER_BATCH = 5;
    private static final int CHANNELS = 16;
    private static final int STEPS = 16;
    private static final int BATCHES = 4_000;
    private static final int BATCHES_PER_HAND_OVER = 100;
    private static final int GOOD = 0;
    private static final long SECOND = 1_000_000_000L;
    private static final FunctionType NOTHING_TO_I32 = FunctionType.of().returning(ValueType.I32);
    private static final FunctionType LIST_TO_I32 =
            FunctionType.of(ValueType.I32, ValueType.I32).returning(ValueType.I32);

    @TempDir
    Path directory;

    private final FakeChannelRegistry channels = new FakeChannelRegistry();
    private final Totals totals = new Totals();
    private WasmEngine engine;
    private WasmInstance guest;
    private InstanceHost host;
    private GuestFunction realloc;

    /** What the module has sent. */
    private static final class Totals implements Output {
        long readings;
        Batch last = Batch.EMPTY;

        @Override
        public void readings(Batch batch) {
            readings += batch.size();
            last = batch;
        }

        @Override
        public void message(String topic, byte[] payload) {
            throw new AssertionError("a message under " + topic);
        }

        @Override
        public void alert(Alert alert) {
            throw new AssertionError("an alert: " + alert);
        }
    }

    @BeforeEach
    void start() throws Exception {
        CallLimits limits = new CallLimits(CallLimits.DEFAULT.fuel(), Duration.ofSeconds(30));
        engine = WasmEngine.start(
                EngineConfig.builder().warmUp(false).callLimits(limits).build());
        CompiledModule module = engine.compile(Files.readAllBytes(MODULE));
        host = new InstanceHost(metadata(module), services(), new ChannelHandles());
        guest = module.instantiate(host.functions());
        channels.openVirtual("plant/hall/total", ValueKind.F64, "");
        realloc = function(
                GuestExport.CABI_REALLOC,
                FunctionType.of(ValueType.I32, ValueType.I32, ValueType.I32, ValueType.I32)
                        .returning(ValueType.I32));
        host.beginCall();
        function(GuestExport.START, FunctionType.of()).call();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    private static ModuleMetadata metadata(CompiledModule module) throws Exception {
        Optional<byte[]> section =
                Optional.of(module.info().customSection("bascule").orElseThrow().content(Files.readAllBytes(MODULE)));
        return MetadataReader.read(MetadataReader.Source.of(
                "totalizer",
                section,
                Optional.empty(),
                Map.of(),
                module.info().exports().stream().map(e -> e.name()).collect(Collectors.toSet())));
    }

    private HostServices services() {
        Authorizer everything = (subject, capability, object) -> new Authorizer.Decision(true, "");
        return new HostServices(
                everything,
                channels,
                (subject, wanted) -> List.of(),
                new StateStore(directory),
                new DeviceStreams(),
                () -> Instant.ofEpochSecond(5),
                CapabilityLimits.DEFAULT);
    }

    private GuestFunction function(GuestExport export, FunctionType type) throws WasmException {
        return guest.function(export.exportName(), type).orElseThrow();
    }

    private int call(GuestFunction function, byte[] list, int align, int length) throws WasmException {
        int pointer = (int) realloc.call(0, 0, align, list.length);
        guest.memory().write(pointer, list);
        host.beginCall();
        int code = (int) function.call(pointer, length);
        host.commit(totals);
        return code;
    }

    @Test
    void twentyThousandConfigurationsAndAMillionReadingsLeaveTotalsAndMemoryRight() throws Exception {
        int[] handles = new int[CHANNELS];
        Arrays.setAll(handles, i -> channels.openVirtual("plant/flow" + i, ValueKind.F64, "")
                .handle());
        GuestFunction process = function(GuestExport.PROCESS, LIST_TO_I32);
        byte[] records = new byte[CHANNELS * STEPS * RecordLayout.RECORD_BYTES];
        int bytesHalfWay = 0;
        for (int batch = 0; batch < BATCHES; batch++) {
            configure();
            for (int i = 0; i < CHANNELS * STEPS; i++) {
                long time = ((long) batch * STEPS + i / CHANNELS) * SECOND;
                long flow = Double.doubleToRawLongBits(i % CHANNELS);
                RecordLayout.put(records, i * RecordLayout.RECORD_BYTES, handles[i % CHANNELS], 1, GOOD, time, flow);
            }
            assertEquals(CHANNELS * STEPS, call(process, records, 8, CHANNELS * STEPS), "batch " + batch);
            if (batch % BATCHES_PER_HAND_OVER == 0) {
                handOver();
            }
            if (batch == BATCHES / 2) {
                bytesHalfWay = guest.memory().sizeBytes();
            }
        }
        assertEquals(bytesHalfWay, guest.memory().sizeBytes());
        assertEquals((long) BATCHES * CHANNELS * STEPS, totals.readings);
        double hours = (BATCHES * STEPS - 1) / 3600.0;
        for (int i = 0; i < CHANNELS; i++) {
            int last = CHANNELS * (STEPS - 1) + i;
            assertEquals(handles[i], totals.last.channel(last));
            assertEquals(i * hours, totals.last.asDouble(last), 1e-6);
        }
    }

    /** Leaves the defaults behind, and about 3 KB of garbage each time. */
    private void configure() throws WasmException {
        GuestFunction configure = function(GuestExport.CONFIGURE, LIST_TO_I32);
        for (int i = 0; i < CONFIGURATIONS_PER_BATCH; i++) {
            boolean isLast = i == CONFIGURATIONS_PER_BATCH - 1;
            byte[] json = ("{\"unit_seconds\":3.6e3,\"gap_seconds\":900,\"enabled\":true,\"output\":\""
                            + (isLast ? "" : "plant/hall/total") + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
            assertEquals(0, call(configure, json, 1, json.length));
        }
    }

    private void handOver() throws WasmException {
        byte[] state = snapshot();
        GuestFunction restore = function(GuestExport.RESTORE, LIST_TO_I32);
        assertEquals(0, call(restore, state, 1, state.length));
        assertEquals(-6, call(restore, state, 1, state.length - 1), "half a state");
        assertEquals(0, call(restore, state, 1, state.length));
    }

    private byte[] snapshot() throws WasmException {
        host.beginCall();
        int pair = (int) function(GuestExport.SNAPSHOT, NOTHING_TO_I32).call();
        return guest.memory().read(guest.memory().readI32(pair), guest.memory().readI32(pair + Integer.BYTES));
    }
}
