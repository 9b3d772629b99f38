/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.Quality;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.World;
import io.bascule.api.module.spi.Decoder;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import io.bascule.wasm.abi.GuestExport;
import io.bascule.wasm.abi.ModuleMetadata;
import io.bascule.wasm.abi.ReturnCode;
import io.bascule.wasm.capabilities.ChannelHandles;
import io.bascule.wasm.capabilities.HostServices;
import io.bascule.wasm.capabilities.InstanceHost;
import io.bascule.wasm.engine.CompiledModule;
import io.bascule.wasm.engine.WasmException;

/**
 * A compiled module that makes instances for stages. Safe for use by any thread; each lane it makes is confined. Closing it
 * ends every lane, whatever thread uses it.
 */
public final class WasmModule implements Module, AutoCloseable {

    private final ModuleDescriptor descriptor;
    private final ModuleMetadata metadata;
    private final CompiledModule compiled;
    private final HostServices services;
    private final FaultPolicy policy;
    private final StatusTracker tracker;
    private final WasmDriverFactory drivers;
    private volatile Versioned settings;
    private volatile boolean isClosed;

    /** Settings and how often they have changed, so that a lane sees that it must catch up. */
    private record Versioned(ModuleSettings settings, int version) {}

    /**
     * Takes over a compiled module.
     *
     * @param compiled closed with this
     */
    public WasmModule(
            ModuleDescriptor descriptor,
            ModuleMetadata metadata,
            CompiledModule compiled,
            HostServices services,
            FaultPolicy policy,
            StatusTracker tracker,
            ModuleSettings settings) {
        this.descriptor = descriptor;
        this.metadata = metadata;
        this.compiled = compiled;
        this.services = services;
        this.policy = policy;
        this.tracker = tracker;
        this.settings = new Versioned(settings, 0);
        this.drivers = new WasmDriverFactory(this);
    }

    @Override
    public ModuleDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public ModuleStatus status() {
        return tracker.status();
    }

    @Override
    public Processor newProcessor(StageContext context) throws ModuleException {
        requireWorld(World.PROCESSOR);
        WasmProcessor processor = new WasmProcessor(this, context);
        processor.open();
        return processor;
    }

    @Override
    public Decoder newDecoder(StageContext context) throws ModuleException {
        requireWorld(World.DECODER);
        WasmDecoder decoder = new WasmDecoder(this, context);
        decoder.open();
        return decoder;
    }

    private void requireWorld(World wanted) throws ModuleException {
        if (metadata.world() != wanted) {
            throw new ModuleException("module '" + metadata.name() + "' is of world "
                    + metadata.world().word() + "; a " + wanted.word() + " is needed here");
        }
    }

    @Override
    public void selfTest() throws ModuleException {
        try {
            selfTest(settings.settings());
        } catch (WasmException e) {
            throw new ModuleException("self-test of module '" + metadata.name() + "' failed: " + e.getMessage(), e);
        }
    }

    /**
     * Runs the module's own test with other settings than the present ones, on an instance that is thrown away.
     *
     * @throws WasmException when it traps
     * @throws ModuleException when it refuses the settings or its test fails
     */
    public void selfTest(ModuleSettings candidate) throws WasmException, ModuleException {
        HostServices nowhere = new HostServices(
                services.authorizer(),
                services.channels(),
                WRITES_NOTHING,
                services.states(),
                services.streams(),
                services.clock(),
                services.limits());
        InstanceHost host = new InstanceHost(metadata, nowhere, newHandles());
        // A setting that only a stage can give has no value here.
        String config = candidate.with(StageContext.NO_CONFIG);
        try (GuestInstance guest = GuestInstance.start(metadata.name(), compiled, host, config)) {
            int code = guest.test();
            if (code < 0) {
                throw new ModuleException("self-test of module '" + metadata.name() + "' answered "
                        + ReturnCode.describe(code) + "; its log lines say why");
            }
        } finally {
            host.discard();
        }
    }

    private static final ChannelWriter WRITES_NOTHING = (subject, writes) -> writes.stream()
            .map(w -> new ChannelWriter.Result(w.channel(), Quality.GOOD, ""))
            .toList();

    /** Puts other settings in force; each lane takes them over before its next call. */
    public void reconfigure(ModuleSettings next) {
        settings = new Versioned(next, settings.version() + 1);
    }

    /** Returns the settings in force. */
    public ModuleSettings settings() {
        return settings.settings();
    }

    int settingsVersion() {
        return settings.version();
    }

    boolean isClosed() {
        return isClosed;
    }

    ModuleMetadata metadata() {
        return metadata;
    }

    FaultPolicy policy() {
        return policy;
    }

    StatusTracker tracker() {
        return tracker;
    }

    GuestInstance newGuest(ChannelHandles handles, String config) throws WasmException, ModuleException {
        if (isClosed) {
            throw new ModuleException("module '" + metadata.name() + "' is stopped; start it");
        }
        return GuestInstance.start(metadata.name(), compiled, new InstanceHost(metadata, services, handles), config);
    }

    private ChannelHandles newHandles() {
        return metadata.world() == World.DRIVER ? ChannelHandles.ofDriver() : new ChannelHandles();
    }

    DriverGuest newDriverGuest(String config) throws WasmException, ModuleException {
        ChannelHandles handles = ChannelHandles.ofDriver();
        return new DriverGuest(newGuest(handles, config), handles);
    }

    /**
     * Returns what makes drivers of devices, always the same; closed with this.
     *
     * @throws ModuleException when the module is of another world
     */
    public WasmDriverFactory drivers() throws ModuleException {
        requireWorld(World.DRIVER);
        return drivers;
    }

    /** Returns the name of a channel, or its number when it is not known. */
    String channelName(int handle) {
        return services.channels().find(handle).map(Channel::name).orElseGet(() -> Integer.toUnsignedString(handle));
    }

    /** Returns whether the module takes messages. */
    boolean takesMessages() {
        return compiled.info().export(GuestExport.MESSAGE.exportName()).isPresent();
    }

    @Override
    public void close() {
        isClosed = true;
        drivers.close();
        tracker.lanes().forEach(Tenant::close);
        compiled.close();
    }
}
