/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How one module is doing: its state, why, and its counters. Logs every change of state. Safe for use by any thread. */
public final class StatusTracker {

    private static final Logger LOG = LoggerFactory.getLogger(StatusTracker.class);

    private final String label;
    private final FaultPolicy policy;
    private final Set<Tenant> lanes = ConcurrentHashMap.newKeySet();
    private final Set<Object> resting = ConcurrentHashMap.newKeySet();
    private final LongAdder calls = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private final LongAdder restarts = new LongAdder();
    private final LongAdder busyNanos = new LongAdder();
    private final LongAdder leftOut = new LongAdder();
    private final Object lock = new Object();
    private final Deque<Long> faultTimes = new ArrayDeque<>();
    private volatile ModuleState state = ModuleState.INSTALLED;
    private volatile String reason = "";
    private volatile String leftOutWhy = "";
    private volatile String lastFault = "";
    private volatile Runnable onFaulted = () -> {};

    /** Starts in state INSTALLED. */
    public StatusTracker(String label, FaultPolicy policy) {
        this.label = label;
        this.policy = policy;
    }

    /** Says what is to be done, on whatever thread, when the module is faulted for good. */
    public void onFaulted(Runnable action) {
        onFaulted = action;
    }

    /** Returns how it is doing now. */
    public ModuleStatus status() {
        long memory = 0;
        for (Tenant lane : lanes) {
            memory += lane.memoryBytes();
        }
        return new ModuleStatus(
                state,
                reason(),
                lanes.size(),
                calls.sum(),
                faults.sum(),
                lastFault,
                restarts.sum(),
                busyNanos.sum(),
                memory);
    }

    /** What keeps it from being ready comes first; a ready module may still have left something out. */
    private String reason() {
        String why = reason;
        long count = leftOut.sum();
        return !why.isEmpty() || count == 0 ? why : count + " readings of text or bytes were left out: " + leftOutWhy;
    }

    /** Returns the state. */
    public ModuleState state() {
        return state;
    }

    /**
     * Goes to another state, or gives the present one another reason.
     *
     * @return false when there is no way from the present state to {@code next}; nothing is changed then
     */
    public boolean become(ModuleState next, String why) {
        ModuleState before;
        synchronized (lock) {
            before = state;
            if (before != next && !before.canBecome(next)) {
                return false;
            }
            state = next;
            reason = why;
        }
        if (before != next) {
            log(before, next, why);
        }
        return true;
    }

    private void log(ModuleState before, ModuleState next, String why) {
        switch (next) {
            case FAULTED -> LOG.error("module={} {} -> {}: {}", label, before, next, why);
            case BACKING_OFF, UNRESOLVED -> LOG.warn("module={} {} -> {}: {}", label, before, next, why);
            case READY -> LOG.info("module={} {} -> {}", label, before, next);
            case INSTALLED, STARTING, STOPPING, PAUSED -> LOG.debug("module={} {} -> {} {}", label, before, next, why);
        }
    }

    void opened(Tenant lane) {
        lanes.add(lane);
    }

    /** Says that a tenant has no instance now; it may have one again. */
    void released(Tenant lane) {
        lanes.remove(lane);
    }

    void closed(Tenant lane) {
        lanes.remove(lane);
        rested(lane);
    }

    /** Returns who has an instance. */
    Set<Tenant> lanes() {
        return Set.copyOf(lanes);
    }

    void called(long nanos) {
        calls.increment();
        busyNanos.add(nanos);
    }

    void answeredWithError(String why) {
        count(why);
    }

    private void count(String why) {
        // Who sees the count finds its reason.
        lastFault = why;
        faults.increment();
    }

    /** Counts readings that the module was given and could not take. */
    void leftOut(int count, String why) {
        if (leftOut.sum() == 0) {
            LOG.warn("module={} leaves out readings of text or bytes, counted in its status: {}", label, why);
        }
        leftOutWhy = why;
        leftOut.add(count);
    }

    void restarted() {
        restarts.increment();
    }

    /**
     * Counts a fault.
     *
     * @param who the lane, or the runner while it starts the module
     * @return whether the module is now faulted for good
     */
    public boolean faulted(Object who, String why, Duration rest) {
        if (faulted(why)) {
            return true;
        }
        resting.add(who);
        become(ModuleState.BACKING_OFF, why + "; tried again in " + rest.toMillis() + " ms");
        return state == ModuleState.FAULTED;
    }

    /**
     * Counts a fault whose consequences are somebody else's, as those of a device are the driver runtime's.
     *
     * @return whether the module is now faulted for good
     */
    boolean faulted(String why) {
        count(why);
        boolean isTooMany;
        synchronized (lock) {
            long now = System.nanoTime();
            faultTimes.addLast(now);
            while (now - faultTimes.getFirst() > policy.window().toNanos() && faultTimes.size() > 1) {
                faultTimes.removeFirst();
            }
            isTooMany = faultTimes.size() >= policy.faultsMax();
            if (isTooMany) {
                faultTimes.clear();
            }
        }
        if (isTooMany) {
            become(
                    ModuleState.FAULTED,
                    policy.faultsMax() + " faults within " + policy.window().toSeconds() + " s, the last: " + why
                            + "; mend the module or its input, then start it again");
            onFaulted.run();
        }
        return isTooMany;
    }

    /** Says that a lane works again. */
    void rested(Object who) {
        if (resting.remove(who) && resting.isEmpty() && state == ModuleState.BACKING_OFF) {
            become(ModuleState.STARTING, "");
            become(ModuleState.READY, "");
        }
    }

    /** Says that somebody who rested tries again; the state is for the caller to change. */
    public void forget(Object who) {
        resting.remove(who);
    }

    /** Forgets the past: the module is started again. */
    public void reset() {
        synchronized (lock) {
            faultTimes.clear();
        }
        resting.clear();
        leftOut.reset();
    }
}
