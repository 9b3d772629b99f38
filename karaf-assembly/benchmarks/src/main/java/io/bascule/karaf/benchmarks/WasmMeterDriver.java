/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.security.Authorizer;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.wasm.capabilities.CapabilityLimits;
import io.bascule.wasm.capabilities.DeviceStreams;
import io.bascule.wasm.capabilities.HostServices;
import io.bascule.wasm.capabilities.StateStore;
import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.extender.run.FaultPolicy;
import io.bascule.wasm.extender.run.ModuleSettings;
import io.bascule.wasm.extender.run.StatusTracker;
import io.bascule.wasm.extender.run.WasmModule;
import io.bascule.wasm.extender.wrap.ModuleContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** The sample meter-driver as the gateway runs it, with everything granted. */
final class WasmMeterDriver implements AutoCloseable {

    private final Path folder;
    private final WasmEngine engine;
    private final WasmModule module;

    WasmMeterDriver() throws Exception {
        folder = Files.createTempDirectory("bascule-bench-driver");
        engine = WasmEngine.start(EngineConfig.builder().build());
        byte[] wasm = Artefacts.sample("meter-driver", "1.0.0");
        ModuleContent content = ModuleContent.read(engine.inspect(wasm), wasm, null, "meter-driver-1.0.0.wasm");
        HostServices services = new HostServices(
                (subject, capability, object) -> new Authorizer.Decision(true, ""),
                new FakeChannelRegistry(),
                (subject, writes) -> List.of(),
                new StateStore(folder),
                new DeviceStreams(),
                InstantSource.system(),
                CapabilityLimits.DEFAULT);
        module = new WasmModule(
                content.descriptor(),
                content.metadata(),
                engine.compile(wasm),
                services,
                FaultPolicy.DEFAULT,
                new StatusTracker("meter-driver", FaultPolicy.DEFAULT),
                ModuleSettings.of(content.metadata(), Map.of()));
    }

    DriverFactory<?> drivers() throws Exception {
        return module.drivers();
    }

    @Override
    public void close() throws IOException {
        module.close();
        engine.close();
        Gateway.delete(folder);
    }
}
