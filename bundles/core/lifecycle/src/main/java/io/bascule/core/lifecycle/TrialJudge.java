/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.module.traffic.VersionTraffic;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides by {@link TrialRules} whether a new version is healthy. Says what was expected and what it got. */
final class TrialJudge {

    /** Latency says nothing with fewer calls: of twenty, one that the machine held up would be the verdict. */
    private static final long CALLS_MIN = 40;
    /** Output says nothing with fewer readings; also the batch of a slow channel. */
    private static final long READINGS_MIN = 200;
    /** Smaller differences are the machine's, not the module's: a scheduler's time slice where others work too. */
    private static final long LATENCY_SLACK_NANOS = Duration.ofMillis(10).toNanos();

    private final TrialRules rules;

    TrialJudge(TrialRules rules) {
        this.rules = rules;
    }

    /**
     * Looks at one module.
     *
     * @param status what the new version's own counters say
     * @param before what the old version did until the switch; null when there was none
     * @param now what the new version did so far; null when nothing was routed to it
     * @return why it is not healthy; empty while it is
     */
    Optional<String> judge(ModuleStatus status, @Nullable VersionTraffic before, @Nullable VersionTraffic now) {
        Optional<String> state = judgeState(status);
        if (state.isPresent()) {
            return state;
        }
        long faults = Math.max(status.faults(), now == null ? 0 : now.faults());
        if (faults > rules.faultsMax()) {
            return Optional.of(
                    "expected at most " + rules.faultsMax() + " failed calls, got " + faults + lastFault(status, now));
        }
        if (now == null) {
            return Optional.empty();
        }
        if (!rules.deadline().isZero() && now.deadlineMisses() > rules.deadlineMissesMax()) {
            return Optional.of("expected at most " + rules.deadlineMissesMax() + " calls longer than "
                    + rules.deadline().toMillis() + " ms, got " + now.deadlineMisses());
        }
        if (now.different() > rules.shadowDifferentMax()) {
            return Optional.of("expected at most " + rules.shadowDifferentMax()
                    + " batches with other output than the old version's, got " + now.different() + " of "
                    + now.compared());
        }
        return before == null ? Optional.empty() : compare(before, now);
    }

    /**
     * Looks at a module whose code stays and whose configuration or grants change. What it did before is not held against it.
     *
     * @param status what its own counters say, from its start on
     * @param before what it did until the change; null when nothing was routed to it
     * @param now what it did so far; null when nothing is routed to it
     * @return why it is not healthy; empty while it is
     */
    Optional<String> judgeSame(ModuleStatus status, @Nullable VersionTraffic before, @Nullable VersionTraffic now) {
        Optional<String> state = judgeState(status);
        if (state.isPresent() || now == null) {
            return state;
        }
        // A new configuration may make new stages, which count from zero.
        long earlier = before == null || before.faults() > now.faults() ? 0 : before.faults();
        long faults = now.faults() - earlier;
        return faults <= rules.faultsMax()
                ? Optional.empty()
                : Optional.of("expected at most " + rules.faultsMax() + " failed calls since the change, got " + faults
                        + (now.lastFault().isEmpty() ? "" : "; the last: " + now.lastFault()));
    }

    private static String lastFault(ModuleStatus status, @Nullable VersionTraffic now) {
        String known = now == null ? "" : now.lastFault();
        if (known.isEmpty()) {
            known = status.lastFault().isEmpty() ? status.reason() : status.lastFault();
        }
        return known.isEmpty() ? "" : "; the last: " + known;
    }

    private static Optional<String> judgeState(ModuleStatus status) {
        return status.state() == ModuleState.READY || status.state() == ModuleState.PAUSED
                ? Optional.empty()
                : Optional.of("expected state READY, got " + status.state()
                        + (status.reason().isEmpty() ? "" : ": " + status.reason()));
    }

    private Optional<String> compare(VersionTraffic before, VersionTraffic now) {
        boolean isTimed = rules.latencyFactorMax() > 0 && before.calls() >= CALLS_MIN && now.calls() >= CALLS_MIN;
        double latencyMax = before.p95Nanos() * rules.latencyFactorMax();
        if (isTimed && now.p95Nanos() > latencyMax && now.p95Nanos() - before.p95Nanos() > LATENCY_SLACK_NANOS) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "expected 95 of 100 calls within %.3f ms (%.1f times the old version's %.3f ms), got %.3f ms",
                    latencyMax / 1e6,
                    rules.latencyFactorMax(),
                    before.p95Nanos() / 1e6,
                    now.p95Nanos() / 1e6));
        }
        boolean isCounted = rules.outputRatioMin() > 0
                && before.readingsIn() >= READINGS_MIN
                && now.readingsIn() >= READINGS_MIN
                && before.readingsOut() > 0;
        if (isCounted) {
            double expected = rules.outputRatioMin() * before.readingsOut() / before.readingsIn();
            double got = (double) now.readingsOut() / now.readingsIn();
            if (got < expected) {
                return Optional.of(String.format(
                        Locale.ROOT,
                        "expected at least %.4f readings out for each one in (the old version gave %.4f), got %.4f",
                        expected,
                        (double) before.readingsOut() / before.readingsIn(),
                        got));
            }
        }
        return Optional.empty();
    }
}
