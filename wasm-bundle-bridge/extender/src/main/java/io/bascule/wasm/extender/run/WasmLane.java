/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.spi.Instance;
import io.bascule.api.module.spi.StageContext;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.GuestExport;
import io.bascule.wasm.abi.ReturnCode;
import io.bascule.wasm.abi.SnapshotEnvelope;
import io.bascule.wasm.capabilities.ChannelHandles;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stage's use of a module: an instance, what to rebuild it from, and when. A fault discards the instance; after the
 * back-off the next call makes a new one and gives it the last good snapshot. Confined to one thread at a time, but for
 * {@link #close()}.
 */
abstract class WasmLane implements Instance, Tenant {

    private static final Logger LOG = LoggerFactory.getLogger(WasmLane.class);

    final WasmModule module;
    final StageContext context;
    final ChannelHandles handles = new ChannelHandles();
    private final String name;
    private volatile @Nullable GuestInstance guest;
    private volatile boolean isClosed;
    private volatile int memoryBytes;
    private String stageConfig;
    private String config = "";
    private int settingsVersion;
    private @Nullable SnapshotEnvelope lastGood;
    private long nextSnapshotNanos;
    private int faultsInARow;
    private long lastFaultNanos;
    private long restUntilNanos;

    WasmLane(WasmModule module, StageContext context) {
        this.module = module;
        this.context = context;
        this.name = module.metadata().name();
        this.stageConfig = context.config();
    }

    /** A call into the guest. */
    interface Call {
        /** Calls and returns the guest's answer. */
        int on(GuestInstance guest) throws WasmException;
    }

    /**
     * Makes the first instance.
     *
     * @throws ModuleException when it cannot start; the lane is closed then
     */
    void open() throws ModuleException {
        module.tracker().opened(this);
        try {
            settingsVersion = module.settingsVersion();
            config = module.settings().with(stageConfig);
            GuestInstance fresh = module.newGuest(handles, config);
            use(fresh);
            fresh.host().commit(context.output());
            scheduleSnapshot();
        } catch (WasmException e) {
            close();
            throw new ModuleException(
                    "module '" + name + "' cannot start for " + context.owner() + ": " + e.getMessage(), e);
        } catch (ModuleException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void use(GuestInstance fresh) {
        guest = fresh;
        memoryBytes = fresh.memoryBytes();
        if (isClosed) {
            // Closed by another thread in between.
            fresh.close();
        }
    }

    /**
     * Makes one call and commits what it produced when the answer is zero or above.
     *
     * @return the answer, zero or above
     * @throws ModuleException when the guest answered with an error, or failed
     */
    int call(String what, Call call) throws ModuleException {
        takeOverSettings();
        GuestInstance running = running();
        long started = System.nanoTime();
        int code;
        try {
            code = call.on(running);
        } catch (WasmException e) {
            throw fault(what, e);
        }
        module.tracker().called(System.nanoTime() - started);
        if (code < 0) {
            running.host().discard();
            ModuleException refusal = refusal(what, code);
            module.tracker().answeredWithError(String.valueOf(refusal.getMessage()));
            throw refusal;
        }
        memoryBytes = running.memoryBytes();
        running.host().commit(context.output());
        snapshotWhenDue(running);
        return code;
    }

    private ModuleException refusal(String what, int code) {
        Duration retryAfter = code == ReturnCode.BUSY.code() ? module.policy().backOffFirst() : null;
        return new ModuleException(
                "module '" + name + "' for " + context.owner() + " answered " + what + " with "
                        + ReturnCode.describe(code) + "; nothing of that call has left",
                null,
                retryAfter);
    }

    private GuestInstance running() throws ModuleException {
        if (isClosed || module.isClosed()) {
            throw new ModuleException(
                    "module '" + name + "' was stopped; " + context.owner() + " needs a new instance");
        }
        GuestInstance present = guest;
        if (present != null) {
            return present;
        }
        if (module.tracker().state() == ModuleState.FAULTED) {
            throw new ModuleException("module '" + name + "' is faulted: "
                    + module.tracker().status().reason());
        }
        long wait = restUntilNanos - System.nanoTime();
        if (wait > 0) {
            throw new ModuleException("module '" + name + "' rests after a fault", null, Duration.ofNanos(wait));
        }
        return rebuild();
    }

    private GuestInstance rebuild() throws ModuleException {
        try {
            GuestInstance fresh = module.newGuest(handles, config);
            SnapshotEnvelope state = lastGood;
            if (state != null) {
                restoreOrStartCold(fresh, state.state());
            }
            use(fresh);
            fresh.host().commit(context.output());
            module.tracker().restarted();
            module.tracker().rested(this);
            LOG.info("module={} owner={} has a new instance", name, context.owner());
            return fresh;
        } catch (WasmException e) {
            throw fault("start", e);
        }
    }

    private void restoreOrStartCold(GuestInstance fresh, byte[] state) throws WasmException {
        if (!fresh.has(GuestExport.RESTORE)) {
            return;
        }
        int code = fresh.restore(state);
        if (code != 0) {
            LOG.warn(
                    "module={} owner={} did not take its snapshot back ({}): it starts without state",
                    name,
                    context.owner(),
                    ReturnCode.describe(code));
        }
    }

    /** Discards the instance and works out when there may be another. */
    private ModuleException fault(String what, WasmException cause) {
        drop();
        String why = what + " failed: " + cause.getMessage();
        if (cause instanceof Trap trap && trap.kind() == TrapKind.INTERRUPTED) {
            // Not the guest's doing: somebody wants this thread to end.
            return new ModuleException("module '" + name + "': " + why, cause, Duration.ZERO);
        }
        if (isClosed || module.isClosed()) {
            return new ModuleException("module '" + name + "' was stopped during " + what, cause);
        }
        long now = System.nanoTime();
        boolean isSoon = faultsInARow > 0
                && now - lastFaultNanos < module.policy().window().toNanos();
        faultsInARow = isSoon ? faultsInARow + 1 : 1;
        lastFaultNanos = now;
        Duration rest = module.policy().backOff(faultsInARow);
        restUntilNanos = now + rest.toNanos();
        boolean isForGood = module.tracker().faulted(this, why, rest);
        return new ModuleException(
                "module '" + name + "' for " + context.owner() + ": " + why, cause, isForGood ? null : rest);
    }

    private void drop() {
        GuestInstance old = guest;
        guest = null;
        memoryBytes = 0;
        if (old != null) {
            old.host().discard();
            old.close();
        }
    }

    private void takeOverSettings() {
        int version = module.settingsVersion();
        if (version == settingsVersion) {
            return;
        }
        settingsVersion = version;
        try {
            replace(module.settings().with(stageConfig));
            LOG.info("module={} owner={} took over its new configuration", name, context.owner());
        } catch (ModuleException e) {
            LOG.warn(
                    "module={} owner={} goes on with its old configuration: {}", name, context.owner(), e.getMessage());
        }
    }

    /** An instance is configured once, so other settings mean another instance, with the state of this one. */
    private void replace(String nextConfig) throws ModuleException {
        try {
            GuestInstance fresh = module.newGuest(handles, nextConfig);
            try {
                byte[] state = snapshot();
                if (state.length > 0) {
                    restoreOrStartCold(fresh, state);
                }
            } catch (WasmException | ModuleException e) {
                fresh.close();
                throw e;
            }
            drop();
            config = nextConfig;
            use(fresh);
            module.tracker().rested(this);
            fresh.host().commit(context.output());
        } catch (WasmException e) {
            throw new ModuleException("module '" + name + "' fails with the new configuration: " + e.getMessage(), e);
        }
    }

    @Override
    public void configure(String json) throws ModuleException {
        running();
        replace(module.settings().with(json));
        stageConfig = json;
    }

    @Override
    public byte[] snapshot() throws ModuleException {
        GuestInstance present = guest;
        SnapshotEnvelope last = lastGood;
        if (present == null) {
            return last == null ? new byte[0] : last.state();
        }
        try {
            return take(present);
        } catch (WasmException e) {
            throw fault("snapshot", e);
        }
    }

    private byte[] take(GuestInstance present) throws WasmException {
        byte[] state = present.snapshot();
        // What a snapshot call emits was never asked for.
        present.host().discard();
        if (state.length > 0) {
            lastGood = new SnapshotEnvelope(
                    name, module.metadata().version().text(), module.metadata().stateVersion(), state);
        }
        return state;
    }

    private void snapshotWhenDue(GuestInstance present) {
        if (module.policy().snapshotInterval().isZero() || System.nanoTime() - nextSnapshotNanos < 0) {
            return;
        }
        scheduleSnapshot();
        try {
            take(present);
        } catch (WasmException e) {
            // The call before has succeeded and its output has left: its caller must not hear of this and try again.
            LOG.warn("{}", fault("snapshot", e).getMessage());
        }
    }

    private void scheduleSnapshot() {
        nextSnapshotNanos =
                System.nanoTime() + module.policy().snapshotInterval().toNanos();
    }

    @Override
    public void restore(byte[] state) throws ModuleException {
        if (state.length > GuestContract.SNAPSHOT_BYTES_MAX) {
            throw new ModuleException("a snapshot of " + state.length + " bytes for module '" + name + "'; at most "
                    + GuestContract.SNAPSHOT_BYTES_MAX + " are taken");
        }
        GuestInstance present = running();
        if (!present.has(GuestExport.RESTORE)) {
            throw new ModuleException("module '" + name + "' keeps no state: it exports no function 'restore'");
        }
        int code;
        try {
            code = present.restore(state);
            present.host().discard();
        } catch (WasmException e) {
            throw fault("restore", e);
        }
        if (code != 0) {
            throw new ModuleException("module '" + name + "' did not take the snapshot of " + state.length + " bytes: "
                    + ReturnCode.describe(code));
        }
        lastGood = new SnapshotEnvelope(
                name, module.metadata().version().text(), module.metadata().stateVersion(), state);
    }

    @Override
    public long timerDueNanos() {
        GuestInstance present = guest;
        if (present != null) {
            // New settings are taken over soon, also where no data comes.
            return module.settingsVersion() == settingsVersion ? present.host().timerDueNanos() : System.nanoTime();
        }
        boolean willReturn = !isClosed && !module.isClosed() && module.tracker().state() != ModuleState.FAULTED;
        return willReturn ? restUntilNanos : NO_TIMER;
    }

    @Override
    public void runTimers() throws ModuleException {
        takeOverSettings();
        GuestInstance present = running();
        for (int i = 0; i < GuestContract.TIMERS && present == guest; i++) {
            int id = present.host().takeDueTimer(System.nanoTime());
            if (id < 0) {
                return;
            }
            call("timer " + id, g -> g.timer(id));
        }
    }

    @Override
    public int memoryBytes() {
        return memoryBytes;
    }

    Optional<SnapshotEnvelope> lastGood() {
        return Optional.ofNullable(lastGood);
    }

    @Override
    public void close() {
        isClosed = true;
        module.tracker().closed(this);
        GuestInstance present = guest;
        if (present != null) {
            present.close();
        }
        guest = null;
        memoryBytes = 0;
    }
}
