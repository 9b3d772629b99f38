/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.spi.StageContext;
import io.bascule.api.module.traffic.ModuleRouter.Handover;
import io.bascule.core.flow.definition.FlowDefinition.ModuleUse;
import io.bascule.core.flow.traffic.Tally;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step of a stage that a module fills. A stage names a module, not a bundle: which versions work, and which of them gets
 * what, changes only at {@link #boundary()}, between two batches, on the worker. Instances are made beforehand on another
 * thread, so that a change costs the data path a snapshot, a restore and a pointer.
 *
 * <pre>
 *   module appears ─► prepare (control side) ─► order ─► boundary: snapshot old ─► restore new ─► close old
 *   module leaves  ─► boundary: snapshot, close; data goes to the fallback, or is held until an instance is there
 *   route, pause   ─► order ─► boundary
 * </pre>
 */
final class Slot implements Step {

    private static final Logger LOG = LoggerFactory.getLogger(Slot.class);

    private static final long RETRY_MIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int RETRY_DOUBLINGS_MAX = 6;
    private static final long FOLLOW_LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private final Place place;
    private final ModuleUse use;
    private final Desk desk;
    private final Exchange exchange;
    private final Dispatcher dispatcher;
    private final AtomicBoolean isPreparing = new AtomicBoolean();
    private volatile String trouble = "";
    private volatile @Nullable Staffing refused;

    /** Failures to make an instance in a row, and before when the next try would be too early. */
    private final AtomicInteger failures = new AtomicInteger();

    private volatile long notBeforeNanos = System.nanoTime();

    @GuardedBy("this")
    private final Queue<Order> orders = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean isClosed;

    /** Whether orders wait; what the worker looks at before each call. */
    private volatile boolean hasOrders;

    private volatile boolean isPaused;

    /** Whether the worker goes over to what everyday wants; a route that is set waits for that and then decides. */
    private volatile boolean isFollowing;

    /**
     * What is around the slot.
     *
     * @param label flow and stage
     * @param channels the process image
     * @param outlet where readings and messages go
     * @param alerts where alerts go
     * @param queue the queue of the stage
     * @param counters what the stage counts
     * @param clock tells when a frame came that does not say so itself
     */
    record Place(
            String label,
            ChannelRegistry channels,
            Outlet outlet,
            AlertRegistry alerts,
            BatchQueue queue,
            StageCounters counters,
            Clock clock) {}

    Slot(Place place, ModuleUse use, Desk desk) {
        this.place = place;
        this.use = use;
        this.desk = desk;
        this.exchange = new Exchange(place.label, place.channels, place.counters);
        this.dispatcher = new Dispatcher(place.counters, place.queue);
        desk.add(this);
    }

    String label() {
        return place.label;
    }

    ModuleUse use() {
        return use;
    }

    Desk desk() {
        return desk;
    }

    /** Returns why the slot is not filled as it should be; empty when all is well. */
    String trouble() {
        List<String> all = new ArrayList<>();
        if (isPaused) {
            all.add("paused, input is held");
        }
        all.add(trouble);
        all.add(exchange.trouble());
        all.removeIf(String::isEmpty);
        return String.join("; ", all);
    }

    /** Returns who works now. */
    Staffing staffing() {
        return exchange.roster().staffing;
    }

    /** Returns whether an instance of the module is held. */
    boolean holds(ModuleDirectory.Handle handle) {
        return exchange.holds(handle);
    }

    /** Returns whether {@code wanted} is still to be brought about; then the caller prepares it. */
    boolean wants(Staffing wanted) {
        return !isSettled(wanted)
                && !wanted.equals(refused)
                && System.nanoTime() - notBeforeNanos >= 0
                && isPreparing.compareAndSet(false, true);
    }

    private boolean isSettled(Staffing wanted) {
        Roster now = exchange.roster();
        return now.staffing.equals(wanted) && now.all.size() == wanted.handles().size();
    }

    /** Takes back that instances are being made: nobody had time for it. */
    void cancelPreparing() {
        isPreparing.set(false);
    }

    /** Returns whether there is an instance. */
    boolean hasInstance() {
        return !exchange.roster().all.isEmpty();
    }

    /**
     * Makes the instances that {@code wanted} needs and orders the change. Called by a thread that may take its time.
     *
     * @param whenDone called by the worker once it has gone over
     */
    void prepare(Staffing wanted, long epoch, Runnable whenDone) {
        Map<ModuleDirectory.Handle, LiveVersion> made = new HashMap<>();
        try {
            for (ModuleDirectory.Handle handle : missing(wanted)) {
                made.put(handle, open(handle));
            }
            trouble = "";
            failures.set(0);
        } catch (ModuleException | RuntimeException | LinkageError | StackOverflowError e) {
            made.values().forEach(LiveVersion::close);
            couldNotPrepare(e);
            isPreparing.set(false);
            return;
        }
        Runnable inVain = () -> {
            made.values().forEach(LiveVersion::close);
            isPreparing.set(false);
        };
        Order order = new Order(
                at -> {
                    isFollowing = true;
                    try {
                        // Asked on the worker, where nothing comes between: a route set meanwhile has the word.
                        if (desk.epoch() == epoch) {
                            follow(at, wanted, made, whenDone);
                        } else {
                            inVain.run();
                        }
                    } finally {
                        isFollowing = false;
                    }
                },
                inVain);
        if (desk.epoch() != epoch || !submit(order)) {
            order.stageEnded();
        }
    }

    /** Goes over to what is wanted, on the worker. */
    private void follow(
            Exchange at, Staffing wanted, Map<ModuleDirectory.Handle, LiveVersion> made, Runnable whenDone) {
        try {
            // Where a deployment decides, nobody starts without the state before it unasked.
            at.change(wanted, made, Handover.STATE, !desk.isSet());
            at.confirm();
            whenDone.run();
        } catch (ModuleException e) {
            // Better the old one than a new one without the state.
            made.values().forEach(LiveVersion::close);
            refused = wanted;
            trouble = String.valueOf(e.getMessage());
            LOG.warn("stage={} {}", place.label, trouble);
        } finally {
            isPreparing.set(false);
        }
    }

    /** Waits for a change of everyday that the worker is in. After a change of the desk has begun, none begins. */
    void awaitFollowed(long untilNanos) {
        while (isFollowing && System.nanoTime() - untilNanos < 0) {
            LockSupport.parkNanos(FOLLOW_LOOK_NANOS);
        }
    }

    private void couldNotPrepare(Throwable e) {
        trouble = e instanceof ModuleException ? String.valueOf(e.getMessage()) : e.toString();
        int before = failures.getAndIncrement();
        if (before == 0) {
            LOG.warn("stage={} {}; tried again in growing intervals", place.label, trouble, e);
        }
        long wait = Math.min(RETRY_MAX_NANOS, RETRY_MIN_NANOS << Math.min(before, RETRY_DOUBLINGS_MAX));
        notBeforeNanos = System.nanoTime() + wait;
    }

    /** Returns those of {@code wanted} who have no instance here. */
    List<ModuleDirectory.Handle> missing(Staffing wanted) {
        Roster now = exchange.roster();
        return wanted.handles().stream()
                .filter(handle -> now.find(handle).isEmpty())
                .toList();
    }

    /** Makes an instance. Called by a thread that may take its time. */
    LiveVersion open(ModuleDirectory.Handle handle) throws ModuleException {
        Tally tally = new Tally();
        Tagger tagger = new Tagger(desk, handle.version().toString(), place.channels);
        CallOutput output = new CallOutput(place.outlet, place.alerts, place.counters, tally, tagger);
        try {
            StageContext context = new StageContext(place.label, use.config(), output);
            ModuleInstance instance = ModuleInstance.open(handle, context, place.channels, place.clock);
            return new LiveVersion(place.label, instance, output, desk.figures(handle.version()), tally);
        } catch (ModuleException | RuntimeException | LinkageError | StackOverflowError e) {
            throw new ModuleException(
                    "module " + handle.label() + " cannot be used by " + place.label + ": "
                            + (e instanceof ModuleException ? e.getMessage() : e),
                    e);
        }
    }

    /** Gives the worker an order and wakes it; false when the stage has ended. */
    boolean submit(Order order) {
        synchronized (this) {
            if (isClosed) {
                return false;
            }
            orders.add(order);
            hasOrders = true;
        }
        place.queue.wake();
        return true;
    }

    /** Lets the stage stand from the next call on, or go on. */
    void setPaused(boolean isPausedNow) {
        isPaused = isPausedNow;
    }

    /** Makes the worker look again. */
    void wake() {
        place.queue.wake();
    }

    /** Forgets what was refused before, so that it is tried again. */
    void forgive() {
        refused = null;
        trouble = "";
        notBeforeNanos = System.nanoTime();
    }

    @Override
    public void boundary() {
        exchange.dropGone();
        while (hasOrders) {
            Order order = nextOrder();
            if (order != null) {
                order.carryOut(exchange);
            }
        }
    }

    private synchronized @Nullable Order nextOrder() {
        Order next = orders.poll();
        hasOrders = !orders.isEmpty();
        return next;
    }

    @Override
    public boolean isSummoned() {
        return hasOrders;
    }

    @Override
    public boolean isReady() {
        return !isPaused && exchange.roster().isReady;
    }

    @Override
    public int sizeMax() {
        return exchange.roster().sizeMax;
    }

    @Override
    public Outcome accept(Batch batch) throws Exception {
        return hasOrders || isPaused ? Outcome.HELD : dispatcher.accept(exchange.roster(), batch);
    }

    @Override
    public Outcome acceptMessage(Message message) throws Exception {
        return hasOrders || isPaused ? Outcome.HELD : dispatcher.accept(exchange.roster(), message);
    }

    @Override
    public int giveUp(Batch batch) {
        return dispatcher.giveUp(batch);
    }

    @Override
    public void giveUp(Message message) {
        dispatcher.giveUp(message);
    }

    @Override
    public long timerDueNanos() {
        long soonest = NO_TIMER;
        for (LiveVersion version : exchange.roster().routed) {
            long due = version == null ? NO_TIMER : version.timerDueNanos();
            if (due != NO_TIMER && (soonest == NO_TIMER || due - soonest < 0)) {
                soonest = due;
            }
        }
        return soonest;
    }

    @Override
    public void runTimers() throws Exception {
        if (hasOrders || isPaused) {
            return;
        }
        Roster now = exchange.roster();
        Exception failure = null;
        for (LiveVersion version : now.routed) {
            try {
                long due = version == null ? NO_TIMER : version.timerDueNanos();
                if (version != null && due != NO_TIMER && System.nanoTime() - due >= 0) {
                    version.runTimers(version != now.candidate);
                }
            } catch (ModuleException | RuntimeException e) {
                boolean isOwnAffair = version == now.candidate || (version != null && version.isGone());
                failure = isOwnAffair ? failure : e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public String module() {
        return exchange.roster().describe();
    }

    @Override
    public void close() {
        desk.remove(this);
        List<Order> left;
        synchronized (this) {
            isClosed = true;
            left = new ArrayList<>(orders);
            orders.clear();
            hasOrders = false;
        }
        left.forEach(Order::stageEnded);
        exchange.close();
    }
}
