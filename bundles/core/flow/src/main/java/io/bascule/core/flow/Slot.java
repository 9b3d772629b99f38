/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.spi.Output;
import io.bascule.api.module.spi.StageContext;
import io.bascule.core.flow.definition.FlowDefinition.ModuleUse;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step of a stage that a module fills. A stage names a module, not a bundle: which version works is decided here, and
 * changes only at {@link #boundary()}, between two batches, on the worker. The next instance is made beforehand on another
 * thread, so that an exchange costs the data path a snapshot, a restore and a pointer.
 *
 * <pre>
 *   module appears ─► prepare (control side) ─► offer ─► boundary: snapshot old ─► restore new ─► close old
 *   module leaves  ─► revoke ─► boundary: snapshot, close; data is held until an instance is offered
 * </pre>
 */
final class Slot implements Step {

    private static final Logger LOG = LoggerFactory.getLogger(Slot.class);

    private static final long RETRY_MIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int RETRY_DOUBLINGS_MAX = 6;

    private final String label;
    private final ModuleUse use;
    private final ChannelRegistry channels;
    private final Output output;
    private final StageCounters counters;
    private final Clock clock;
    private final AtomicBoolean isPreparing = new AtomicBoolean();
    private volatile @Nullable ModuleInstance current;
    private volatile String trouble = "";
    private volatile ModuleDirectory.@Nullable Handle refused;

    /** Failures to make an instance in a row, and before when the next try would be too early. */
    private final AtomicInteger failures = new AtomicInteger();

    private volatile long notBeforeNanos = System.nanoTime();

    /** State taken from an instance that had to go before the next one was there. Only the worker uses it. */
    private byte[] keptState = new byte[0];

    @GuardedBy("this")
    private @Nullable ModuleInstance next;

    @GuardedBy("this")
    private boolean isClosed;

    Slot(String label, ModuleUse use, ChannelRegistry channels, Output output, StageCounters counters, Clock clock) {
        this.label = label;
        this.use = use;
        this.channels = channels;
        this.output = output;
        this.counters = counters;
        this.clock = clock;
    }

    ModuleUse use() {
        return use;
    }

    /** Returns why the slot is not filled as it should be; empty when all is well. */
    String trouble() {
        return trouble;
    }

    void setTrouble(String text) {
        trouble = text;
    }

    /** Returns the module that works now. */
    Optional<ModuleDirectory.Handle> filledBy() {
        return Optional.ofNullable(current).map(ModuleInstance::handle);
    }

    /** Returns whether an instance of {@code best} is to be made; then the caller prepares one. */
    boolean wants(ModuleDirectory.Handle best) {
        boolean isFilled = filledBy().filter(best::equals).isPresent()
                || offered().filter(best::equals).isPresent();
        return !isFilled
                && !best.equals(refused)
                && System.nanoTime() - notBeforeNanos >= 0
                && isPreparing.compareAndSet(false, true);
    }

    /** Takes back that an instance is being made: nobody had time for it. */
    void cancelPreparing() {
        isPreparing.set(false);
    }

    /** Returns whether there is an instance, at work or about to be. */
    boolean hasInstance() {
        return filledBy().isPresent() || offered().isPresent();
    }

    private synchronized Optional<ModuleDirectory.Handle> offered() {
        return Optional.ofNullable(next).map(ModuleInstance::handle);
    }

    /** Makes an instance and offers it to the worker. Called by a thread that may take its time. */
    void prepare(ModuleDirectory.Handle handle) {
        try {
            ModuleInstance made = ModuleInstance.open(
                    handle, new StageContext(label, use.config(), output), channels, counters, clock);
            trouble = "";
            failures.set(0);
            ModuleInstance unwanted = offer(made);
            if (unwanted != null) {
                close(unwanted);
            }
        } catch (ModuleException | RuntimeException | LinkageError | StackOverflowError e) {
            trouble = "module " + handle.label() + " cannot be used: " + e.getMessage();
            int before = failures.getAndIncrement();
            if (before == 0) {
                LOG.warn(
                        "stage={} module={} cannot be used; tried again in growing intervals",
                        label,
                        handle.label(),
                        e);
            }
            long wait = Math.min(RETRY_MAX_NANOS, RETRY_MIN_NANOS << Math.min(before, RETRY_DOUBLINGS_MAX));
            notBeforeNanos = System.nanoTime() + wait;
        } finally {
            isPreparing.set(false);
        }
    }

    /** Keeps the offer; returns the instance that is not needed: an older offer, or this one when it comes too late. */
    private synchronized @Nullable ModuleInstance offer(ModuleInstance made) {
        if (isClosed) {
            return made;
        }
        ModuleInstance older = next;
        next = made;
        return older;
    }

    private synchronized @Nullable ModuleInstance takeOffer() {
        ModuleInstance taken = next;
        next = null;
        return taken;
    }

    @Override
    public void boundary() {
        ModuleInstance now = current;
        if (now != null && now.handle().isGone()) {
            keptState = snapshot(now).orElse(keptState);
            current = null;
            close(now);
            trouble = "module " + now.handle().label() + " has gone; input is held until one in " + use.versions()
                    + " is ready";
            LOG.info(
                    "stage={} holds its input: module={} has gone",
                    label,
                    now.handle().label());
        }
        ModuleInstance offered = takeOffer();
        if (offered != null) {
            exchange(offered);
        }
    }

    private void exchange(ModuleInstance offered) {
        if (offered.handle().isGone()) {
            close(offered);
            return;
        }
        ModuleInstance old = current;
        byte[] state = keptState;
        try {
            if (old != null) {
                state = old.instance().snapshot();
            }
            if (state.length > 0) {
                offered.instance().restore(state);
            }
        } catch (ModuleException | RuntimeException | LinkageError e) {
            if (old != null) {
                // The old one still works: better than a new one without the state.
                refused = offered.handle();
                trouble = "module " + offered.handle().label() + " did not take over from "
                        + old.handle().label() + ", which goes on: " + e.getMessage();
                LOG.warn("stage={} {}", label, trouble);
                close(offered);
                return;
            }
            counters.fault(e);
            LOG.warn(
                    "stage={} module={} starts without the state before it",
                    label,
                    offered.handle().label(),
                    e);
        }
        current = offered;
        keptState = new byte[0];
        trouble = "";
        if (old != null) {
            close(old);
            LOG.info(
                    "stage={} goes from module={} to {}",
                    label,
                    old.handle().label(),
                    offered.handle().label());
        }
    }

    private Optional<byte[]> snapshot(ModuleInstance instance) {
        try {
            return Optional.of(instance.instance().snapshot());
        } catch (ModuleException | RuntimeException | LinkageError e) {
            counters.fault(e);
            LOG.warn(
                    "stage={} module={} gave no snapshot; the next one starts without state",
                    label,
                    instance.handle().label(),
                    e);
            return Optional.empty();
        }
    }

    private void close(ModuleInstance instance) {
        try {
            instance.instance().close();
        } catch (RuntimeException | LinkageError e) {
            LOG.warn(
                    "stage={} an instance of module={} did not close",
                    label,
                    instance.handle().label(),
                    e);
        }
    }

    @Override
    public boolean isReady() {
        return current != null;
    }

    @Override
    public int sizeMax() {
        ModuleInstance now = current;
        return now == null ? Batch.SIZE_MAX : now.handle().descriptor().batchMax();
    }

    @Override
    public Outcome accept(Batch batch) throws ModuleException {
        return call(instance -> instance.accept(batch));
    }

    @Override
    public Outcome acceptMessage(Message message) throws ModuleException {
        return call(instance -> instance.message(message.topic, message.payload));
    }

    @FunctionalInterface
    private interface Use {
        void of(ModuleInstance instance) throws ModuleException;
    }

    /** A call that fails because its module went away is held: nothing that it emitted has left, so it can be made again. */
    private Outcome call(Use work) throws ModuleException {
        ModuleInstance now = current;
        if (now == null || now.handle().isGone()) {
            return Outcome.HELD;
        }
        try {
            work.of(now);
            return Outcome.DONE;
        } catch (ModuleException | RuntimeException e) {
            if (now.handle().isGone()) {
                return Outcome.HELD;
            }
            throw e;
        }
    }

    @Override
    public long timerDueNanos() {
        ModuleInstance now = current;
        return now == null || now.handle().isGone() ? NO_TIMER : now.instance().timerDueNanos();
    }

    @Override
    public void runTimers() throws ModuleException {
        call(instance -> instance.instance().runTimers());
    }

    @Override
    public String module() {
        ModuleInstance now = current;
        return now == null ? "" : now.handle().label();
    }

    @Override
    public void close() {
        ModuleInstance now = current;
        current = null;
        if (now != null) {
            close(now);
        }
        ModuleInstance offered = closeOffers();
        if (offered != null) {
            close(offered);
        }
    }

    private synchronized @Nullable ModuleInstance closeOffers() {
        isClosed = true;
        ModuleInstance offered = next;
        next = null;
        return offered;
    }
}
