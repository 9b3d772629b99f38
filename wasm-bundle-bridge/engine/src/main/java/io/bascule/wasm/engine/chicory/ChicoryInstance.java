/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import io.bascule.wasm.engine.CallLimits;
import io.bascule.wasm.engine.ExternKind;
import io.bascule.wasm.engine.FunctionType;
import io.bascule.wasm.engine.GuestFunction;
import io.bascule.wasm.engine.GuestMemory;
import io.bascule.wasm.engine.HostFunctions;
import io.bascule.wasm.engine.Limit;
import io.bascule.wasm.engine.ModuleExport;
import io.bascule.wasm.engine.ModuleImport;
import io.bascule.wasm.engine.ModuleInfo;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;
import io.bascule.wasm.engine.WasmInstance;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One instance: Chicory's, its memory, and the lane that keeps others out. */
final class ChicoryInstance implements WasmInstance {

    private final ChicoryEngine engine;
    private final LinkedModule module;
    private final ModuleLimits moduleLimits;
    private final PageBudget.Lease lease;
    private final Lane lane;
    private final List<FlatMemory> memories = new ArrayList<>();
    private @Nullable Instance guest;
    private @Nullable GuestMemory view;

    private ChicoryInstance(ChicoryEngine engine, LinkedModule module, ModuleLimits moduleLimits, CallLimits limits) {
        this.engine = engine;
        this.module = module;
        this.moduleLimits = moduleLimits;
        this.lease = engine.pages().new Lease();
        // The lane outlives a dropped instance, so it must not refer to it.
        List<FlatMemory> owned = memories;
        Lane[] self = new Lane[1];
        self[0] = new Lane(this, limits, lease, () -> {
            owned.forEach(FlatMemory::release);
            engine.released(self[0]);
        });
        this.lane = self[0];
    }

    /** Makes an instance and runs its start section. */
    static ChicoryInstance create(
            ChicoryEngine engine,
            LinkedModule module,
            ModuleLimits moduleLimits,
            HostFunctions imports,
            CallLimits limits)
            throws WasmException {
        ChicoryInstance instance = new ChicoryInstance(engine, module, moduleLimits, limits);
        ImportValues values = instance.link(imports);
        engine.created(instance.lane);
        instance.build(values);
        return instance;
    }

    private ImportValues link(HostFunctions imports) throws WasmException.LinkError {
        List<ModuleImport> missing = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        ImportValues.Builder values = ImportValues.builder();
        for (ModuleImport wanted : info().imports()) {
            String name = wanted.module() + " " + wanted.name();
            FunctionType type = wanted.type();
            Optional<HostFunctions.Offer> offer = imports.find(wanted.module(), wanted.name());
            if (type == null) {
                reasons.add(name + " (a " + wanted.kind() + "; only functions can be imported)");
            } else if (offer.isEmpty()) {
                reasons.add(name + " " + type + " (not offered)");
            } else if (!offer.get().type().equals(type)) {
                reasons.add(name + " " + type + " (offered as " + offer.get().type() + ")");
            } else {
                values.addFunction(HostBinding.of(this, wanted, offer.get()));
                continue;
            }
            missing.add(wanted);
        }
        if (!missing.isEmpty()) {
            throw new WasmException.LinkError(
                    "module " + info().digest() + " has imports that cannot be met: " + String.join(", ", reasons)
                            + "; offered are functions of " + imports.modules(),
                    missing);
        }
        return values.build();
    }

    private void build(ImportValues values) throws WasmException {
        boolean isOuter = lane.enter();
        try {
            Instance.builder(module.shell())
                    .withImportValues(values)
                    .withMachineFactory(this::newMachine)
                    .withMemoryFactory(this::newMemory)
                    .withTableFactory((table, initial) ->
                            FlatTable.of(table, initial, moduleLimits.get(Limit.TABLE_ENTRIES), lane.meter()))
                    .withStart(false)
                    .build();
        } catch (Throwable e) {
            throw failed(e, "instantiation", isOuter);
        }
        lane.leave();
    }

    private Machine newMachine(Instance instance) {
        // Set before the start section runs, which may call the host, which may call back.
        guest = instance;
        return module.newMachine(instance);
    }

    private Memory newMemory(MemoryLimits limits) {
        FlatMemory memory = new FlatMemory(limits, moduleLimits.get(Limit.MEMORY_PAGES), lane.meter(), lease);
        memories.add(memory);
        if (memories.size() == 1 + module.scanned().memoryExport() || view == null) {
            view = new FlatGuestMemory(memory);
        }
        return memory;
    }

    Lane lane() {
        return lane;
    }

    LinkedModule module() {
        return module;
    }

    @Override
    public ModuleInfo info() {
        return module.scanned().info();
    }

    @Override
    public Optional<GuestFunction> function(String name, FunctionType type) throws WasmException {
        if (lane.isClosed()) {
            throw lane.closed();
        }
        Optional<ModuleExport> found = info().export(name);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        FunctionType actual = found.get().type();
        if (found.get().kind() != ExternKind.FUNCTION || !type.equals(actual)) {
            throw new WasmException.LinkError(
                    "export " + name + " is a " + found.get().kind() + (actual == null ? "" : " " + actual)
                            + "; a FUNCTION " + type + " is expected",
                    List.of());
        }
        if (type.results().size() > 1) {
            throw new WasmException.LinkError(
                    "export " + name + " has " + type.results().size()
                            + " results; the host calls functions of at most one",
                    List.of());
        }
        int index = Objects.requireNonNull(module.scanned().exportedFunctions().get(name), name);
        MethodHandle bound = MethodHandles.insertArguments(
                module.function(index), 0, memories.get(0), Objects.requireNonNull(guest, "guest"));
        return Optional.of(new ChicoryFunction(this, name, type, bound));
    }

    @Override
    public GuestMemory memory() {
        return Objects.requireNonNull(view, "an instance has a memory from its creation on");
    }

    @Override
    public long fuelUsedByLastCall() {
        return lane.meter().used();
    }

    /**
     * Discards the instance after a call that did not return.
     *
     * @return what to throw
     */
    WasmException failed(Throwable thrown, String what, boolean isOuter) {
        WasmException reason = Failures.ofCall(thrown, lane.meter(), what);
        if (!lane.isDiscarded()) {
            lane.discard(String.valueOf(reason.getMessage()));
            boolean isDeadline = reason instanceof Trap trap && trap.kind() == TrapKind.DEADLINE;
            engine.trapped(isDeadline);
        }
        if (isOuter) {
            lane.leave();
        }
        return reason;
    }

    @Override
    public <T> T await(Wait<T> wait) throws IOException, InterruptedException {
        lane.beginWait();
        try {
            return wait.end();
        } finally {
            lane.endWait();
        }
    }

    @Override
    public boolean isClosed() {
        return lane.isClosed();
    }

    @Override
    public void close() {
        lane.close("it was closed by its owner");
    }
}
