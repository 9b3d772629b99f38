/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.spi.Output;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import io.bascule.api.security.Authorizer;
import io.bascule.api.security.Capability;
import io.bascule.api.security.NamePattern;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.wasm.capabilities.CapabilityLimits;
import io.bascule.wasm.capabilities.DeviceStreams;
import io.bascule.wasm.capabilities.HostServices;
import io.bascule.wasm.capabilities.StateStore;
import io.bascule.wasm.engine.CallLimits;
import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.extender.wrap.ModuleContent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Everything around a module, without a framework: an engine, fakes, and outputs that remember. */
final class LaneFixture implements AutoCloseable, Output {

    static final FaultPolicy QUICK =
            new FaultPolicy(Duration.ofMillis(1), Duration.ofMillis(4), 5, Duration.ofMinutes(1), Duration.ofNanos(1));

    final FakeChannelRegistry channels = new FakeChannelRegistry();
    final List<Batch> batches = new ArrayList<>();
    final List<String> messages = new ArrayList<>();
    final List<Alert> alerts = new ArrayList<>();
    final List<ChannelWriter.Write> writes = new ArrayList<>();
    final Set<Capability> granted = EnumSet.allOf(Capability.class);
    final List<NamePattern> endpoints = new CopyOnWriteArrayList<>(List.of(NamePattern.of("**")));
    final StateStore states;
    final int channel;
    private final WasmEngine engine;
    private final List<WasmModule> modules = new ArrayList<>();

    LaneFixture(Path directory) {
        engine = WasmEngine.start(EngineConfig.builder()
                .warmUp(false)
                .callLimits(new CallLimits(1_000_000, Duration.ofSeconds(2)))
                .build());
        states = new StateStore(directory);
        channel = channels.openVirtual("press/temperature", ValueKind.F64, "").handle();
    }

    WasmModule module(byte[] wasm, FaultPolicy policy) throws Exception {
        ModuleContent content = ModuleContent.read(engine.inspect(wasm), wasm, null, "guest-1.0.0.wasm");
        Authorizer authorizer = (subject, capability, object) -> new Authorizer.Decision(
                granted.contains(capability)
                        && (capability != Capability.IO || endpoints.stream().anyMatch(p -> p.matches(object))),
                "use bascule:grant");
        ChannelWriter writer = (subject, wanted) -> {
            writes.addAll(wanted);
            return wanted.stream()
                    .map(w -> new ChannelWriter.Result(w.channel(), Quality.GOOD, ""))
                    .toList();
        };
        HostServices services = new HostServices(
                authorizer,
                channels,
                writer,
                states,
                new DeviceStreams(),
                InstantSource.system(),
                CapabilityLimits.DEFAULT);
        StatusTracker tracker = new StatusTracker(content.metadata().name(), policy);
        tracker.become(ModuleState.STARTING, "");
        tracker.become(ModuleState.READY, "");
        WasmModule module = new WasmModule(
                content.descriptor(),
                content.metadata(),
                engine.compile(wasm),
                services,
                policy,
                tracker,
                ModuleSettings.of(content.metadata(), Map.of()));
        modules.add(module);
        return module;
    }

    Processor processor(WasmModule module) throws Exception {
        return module.newProcessor(new StageContext("flow/stage", StageContext.NO_CONFIG, this));
    }

    Batch batch(int size) {
        Batch.Builder builder = Batch.builder(size);
        for (int i = 0; i < size; i++) {
            builder.add(channel, i, i);
        }
        return builder.build();
    }

    @Override
    public void readings(Batch batch) {
        batches.add(batch);
    }

    @Override
    public void message(String topic, byte[] payload) {
        messages.add(topic + "=" + new String(payload, java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public void alert(Alert alert) {
        alerts.add(alert);
    }

    @Override
    public void close() {
        modules.forEach(WasmModule::close);
        engine.close();
    }
}
