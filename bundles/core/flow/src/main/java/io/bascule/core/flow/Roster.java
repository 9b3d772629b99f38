/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.core.flow.traffic.Divider;
import io.bascule.core.flow.traffic.OutputComparison;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who works at a stage between two boundaries. What it holds does not change but for the turn of its divider; the worker
 * replaces it as a whole, other threads only look who is there.
 */
final class Roster {

    private static final int CANDIDATE = 1;

    final Staffing staffing;

    /** Everybody, in order of the staffing, those on standby included. */
    final List<LiveVersion> all;

    /** By the number of the version in the rule; null where there is none. */
    final @Nullable LiveVersion[] routed;

    /** The one that gets everything, when that is so. */
    final @Nullable LiveVersion only;

    final @Nullable LiveVersion fallback;
    final @Nullable LiveVersion candidate;
    final OutputComparison comparison;
    final Divider divider;
    final int sizeMax;
    final long deadlineNanos;
    final boolean isReady;

    Roster(Staffing staffing, List<LiveVersion> live, ChannelRegistry channels) {
        this.staffing = staffing;
        this.all = List.copyOf(live);
        Route route = staffing.route();
        this.divider = Divider.of(route.rule(), channels);
        this.routed = new @Nullable LiveVersion[staffing.routed().size()];
        for (int i = 0; i < routed.length; i++) {
            routed[i] = staffing.routed().get(i).flatMap(this::find).orElse(null);
        }
        this.fallback = staffing.fallback().flatMap(this::find).orElse(null);
        boolean isShadow = route.rule() instanceof TrafficRule.Shadow;
        this.candidate = isShadow && routed.length > CANDIDATE ? routed[CANDIDATE] : null;
        this.comparison =
                new OutputComparison(route.rule() instanceof TrafficRule.Shadow shadow ? shadow.tolerance() : 0);
        this.deadlineNanos = route.deadline().toNanos();
        boolean isOne = route.rule() instanceof TrafficRule.Latest || route.rule() instanceof TrafficRule.All;
        this.only = (isOne || isShadow) && routed.length > 0 ? routed[0] : null;
        int least = Batch.SIZE_MAX;
        boolean isComplete = routed.length > 0;
        for (int i = 0; i < routed.length; i++) {
            LiveVersion version = routed[i];
            least = version == null ? least : Math.min(least, version.sizeMax());
            isComplete &= version != null || !divider.isUsed(i);
        }
        this.sizeMax = fallback == null ? least : Math.min(least, fallback.sizeMax());
        this.isReady = isComplete || fallback != null;
    }

    /** Finds who works for {@code handle}. */
    Optional<LiveVersion> find(ModuleDirectory.Handle handle) {
        return all.stream().filter(live -> live.handle().equals(handle)).findFirst();
    }

    /** Returns the one whose state stands for the stage: the first of the rule that is there, else the fallback. */
    Optional<LiveVersion> first() {
        for (LiveVersion version : routed) {
            if (version != null && version != candidate) {
                return Optional.of(version);
            }
        }
        return Optional.ofNullable(fallback);
    }

    /** Returns whether {@code version} is given batches or timers. */
    boolean isRouted(LiveVersion version) {
        for (LiveVersion one : routed) {
            if (one == version) {
                return true;
            }
        }
        return false;
    }

    /** Returns the versions of the rule that are not there, for people; empty when all are. */
    String missing() {
        List<String> versions = staffing.route().rule().versions();
        StringBuilder missing = new StringBuilder();
        for (int i = 0; i < versions.size() && i < routed.length; i++) {
            if (routed[i] == null) {
                missing.append(missing.length() == 0 ? "" : ", ").append(versions.get(i));
            }
        }
        return missing.toString();
    }

    /** Returns module and versions with the rule, such as {@code avg 1.0.0=90 1.1.0=10}; empty while nobody is there. */
    String describe() {
        if (all.isEmpty()) {
            return "";
        }
        TrafficRule rule = staffing.route().rule();
        String name = all.get(0).handle().descriptor().name() + " ";
        if (rule instanceof TrafficRule.Weighted weighted) {
            return name
                    + weighted.weights().entrySet().stream()
                            .map(share -> share.getKey() + "=" + share.getValue())
                            .collect(Collectors.joining(" "));
        }
        if (rule instanceof TrafficRule.Shadow shadow) {
            return name + shadow.active() + " shadow " + shadow.candidate();
        }
        if (rule instanceof TrafficRule.RoundRobin || rule instanceof TrafficRule.ByChannel) {
            return name + rule;
        }
        LiveVersion one = only == null ? fallback : only;
        return one == null ? "" : one.handle().label();
    }
}
