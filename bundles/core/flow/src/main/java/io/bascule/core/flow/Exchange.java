/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.traffic.ModuleRouter.Handover;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges who works at a stage, at its boundary and on its worker. What was before is held until the exchange is confirmed,
 * so that it can be taken back with instances and states as they were. Other threads may ask who is there.
 */
final class Exchange {

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private static final Staffing NOBODY =
            new Staffing(Route.of(TrafficRule.LATEST), List.of(), List.of(), Optional.empty());

    private final String stage;
    private final ChannelRegistry channels;
    private final StageCounters counters;
    private volatile Roster roster;
    private volatile @Nullable Before before;
    private KeptStates kept = KeptStates.NONE;
    private volatile String trouble = "";

    /** What an exchange that is not confirmed can be taken back to. */
    private record Before(Roster roster, KeptStates kept) {}

    Exchange(String stage, ChannelRegistry channels, StageCounters counters) {
        this.stage = stage;
        this.channels = channels;
        this.counters = counters;
        this.roster = new Roster(NOBODY, List.of(), channels);
    }

    Roster roster() {
        return roster;
    }

    /** Returns why somebody is missing; empty when nobody is. */
    String trouble() {
        return trouble;
    }

    /** Returns whether an instance of {@code handle} is held. Any thread. */
    boolean holds(ModuleDirectory.Handle handle) {
        Before held = before;
        return roster.find(handle).isPresent()
                || (held != null && held.roster.find(handle).isPresent());
    }

    /** Lets go of instances whose module has gone, and keeps their states. */
    void dropGone() {
        Before held = before;
        if (hasNobodyGone(roster) && (held == null || hasNobodyGone(held.roster))) {
            return;
        }
        Roster now = roster;
        Set<LiveVersion> gone = new LinkedHashSet<>(now.all);
        if (held != null) {
            gone.addAll(held.roster.all);
        }
        gone.removeIf(live -> !live.isGone());
        for (LiveVersion live : gone) {
            byte[] state = snapshot(live);
            if (state != null) {
                kept = keep(kept, now, live, state);
                held = held == null ? null : new Before(held.roster, keep(held.kept, held.roster, live, state));
            }
            live.close();
        }
        if (held != null) {
            before = new Before(without(held.roster, gone), held.kept);
        }
        Roster left = without(now, gone);
        String names = String.join(
                ", ", gone.stream().map(live -> live.handle().label()).toList());
        // Said first: who sees that somebody is missing finds why.
        trouble = "module " + names + " has gone; " + consequence(left);
        roster = left;
        LOG.info("stage={} {}", stage, trouble);
    }

    private static boolean hasNobodyGone(Roster of) {
        for (int i = 0; i < of.all.size(); i++) {
            if (of.all.get(i).isGone()) {
                return false;
            }
        }
        return true;
    }

    private static KeptStates keep(KeptStates kept, Roster in, LiveVersion live, byte[] state) {
        boolean worked = (in.isRouted(live) && live != in.candidate) || in.fallback == live;
        return kept.with(live.handle().version(), state, worked);
    }

    private Roster without(Roster from, Set<LiveVersion> gone) {
        List<LiveVersion> left = new ArrayList<>(from.all);
        left.removeAll(gone);
        return new Roster(from.staffing, left, channels);
    }

    private static String consequence(Roster of) {
        if (!of.isReady) {
            return "input is held until it is back, or another is routed";
        }
        return of.missing().isEmpty() ? "nothing was routed to it" : "the others go on";
    }

    private byte @Nullable [] snapshot(LiveVersion live) {
        try {
            return live.snapshot();
        } catch (ModuleException | RuntimeException | LinkageError | StackOverflowError e) {
            counters.fault(e);
            LOG.warn(
                    "stage={} module={} gave no snapshot; the next one starts without its state",
                    stage,
                    live.handle().label(),
                    e);
            return null;
        }
    }

    /**
     * Goes over to {@code next}; what was before is held until {@link #confirm} or {@link #takeBack}.
     *
     * @param newcomers instances for those of {@code next} who are not here yet; all are taken over or closed when this returns
     *     well, and none when it throws
     * @param isTolerant whether a newcomer who refuses the state of one who has gone may start without
     * @throws ModuleException when somebody has gone meanwhile or state was refused; then nothing has changed
     */
    void change(
            Staffing next, Map<ModuleDirectory.Handle, LiveVersion> newcomers, Handover handover, boolean isTolerant)
            throws ModuleException {
        confirm();
        Roster now = roster;
        List<LiveVersion> live = new ArrayList<>();
        List<LiveVersion> fresh = new ArrayList<>();
        for (ModuleDirectory.Handle handle : next.handles()) {
            LiveVersion known = now.find(handle).orElse(null);
            LiveVersion one = known == null ? newcomers.get(handle) : known;
            if (one == null || one.isGone()) {
                throw new ModuleException("module " + handle.label() + " has gone while " + stage + " went over to '"
                        + next.route().rule() + "'");
            }
            live.add(one);
            if (one != known) {
                fresh.add(one);
            }
        }
        KeptStates keptBefore = kept;
        if (handover == Handover.STATE && !fresh.isEmpty()) {
            handOver(now, fresh, isTolerant);
        }
        for (LiveVersion newcomer : newcomers.values()) {
            if (!fresh.contains(newcomer)) {
                newcomer.close();
            }
        }
        before = new Before(now, keptBefore);
        install(new Roster(next, live, channels), fresh);
    }

    private void handOver(Roster now, List<LiveVersion> fresh, boolean isTolerant) throws ModuleException {
        Optional<LiveVersion> source = now.first();
        boolean isTaken = false;
        byte[] state = source.isPresent() ? take(source.get()) : new byte[0];
        for (LiveVersion newcomer : fresh) {
            List<byte[]> offers = source.isPresent()
                    ? List.of(state)
                    : kept.candidates(newcomer.handle().version());
            try {
                isTaken |= offer(newcomer, offers);
            } catch (ModuleException e) {
                if (source.isPresent()) {
                    throw new ModuleException(
                            "module " + newcomer.handle().label() + " did not take over from "
                                    + source.get().handle().label() + ", which goes on: " + e.getMessage(),
                            e);
                }
                if (!isTolerant) {
                    throw e;
                }
                counters.fault(e);
                LOG.warn(
                        "stage={} module={} starts without the state before it, which is kept",
                        stage,
                        newcomer.handle().label(),
                        e);
            }
        }
        kept = isTaken ? kept.takenOver() : kept;
    }

    private static byte[] take(LiveVersion source) throws ModuleException {
        try {
            return source.snapshot();
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            throw new ModuleException("module " + source.handle().label() + " gave no snapshot: " + e, e);
        }
    }

    /** Gives the newcomer the first state that it takes; returns whether there was one. */
    private static boolean offer(LiveVersion newcomer, List<byte[]> states) throws ModuleException {
        ModuleException refusal = null;
        for (byte[] state : states) {
            if (state.length == 0) {
                continue;
            }
            try {
                newcomer.restore(state);
                return true;
            } catch (ModuleException e) {
                refusal = refusal == null ? e : refusal;
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                refusal = refusal == null ? new ModuleException(String.valueOf(e), e) : refusal;
            }
        }
        if (refusal != null) {
            throw new ModuleException(
                    "module " + newcomer.handle().label() + " refused the state before it: " + refusal.getMessage(),
                    refusal);
        }
        return false;
    }

    private void install(Roster next, List<LiveVersion> fresh) {
        Roster was = roster;
        for (LiveVersion live : next.all) {
            boolean isHeard = next.isRouted(live) && live != next.candidate;
            live.output().install(Thread.currentThread(), isHeard);
            if (fresh.contains(live)) {
                // What it sent while it was made.
                if (isHeard) {
                    live.output().tally();
                    live.output().release();
                }
                live.output().clear();
            }
        }
        String missing = next.missing();
        trouble = missing.isEmpty() ? "" : "version " + missing + " is not there; " + consequence(next);
        roster = next;
        if (!was.describe().equals(next.describe()) && !was.all.isEmpty()) {
            LOG.info("stage={} goes from module={} to {}", stage, was.describe(), next.describe());
        }
    }

    /** Closes who left with the last change. */
    void confirm() {
        Before held = before;
        before = null;
        if (held != null) {
            closeLeavers(held.roster, roster);
        }
    }

    /** Goes back to who worked before the last change that is not confirmed, instances and kept states as they were. */
    void takeBack() {
        Before held = before;
        if (held == null) {
            return;
        }
        Roster given = roster;
        install(held.roster, List.of());
        kept = held.kept;
        before = null;
        closeLeavers(given, held.roster);
    }

    private static void closeLeavers(Roster from, Roster to) {
        for (LiveVersion live : from.all) {
            if (!to.all.contains(live)) {
                live.close();
            }
        }
    }

    /** Closes everybody. */
    void close() {
        confirm();
        Roster last = roster;
        roster = new Roster(NOBODY, List.of(), channels);
        last.all.forEach(LiveVersion::close);
    }
}
