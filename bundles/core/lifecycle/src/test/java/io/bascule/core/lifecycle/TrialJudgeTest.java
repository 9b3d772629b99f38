/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.module.traffic.VersionTraffic;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a trial holds against a version and what it blames on the machine. */
class TrialJudgeTest {

    private static final long MILLI = 1_000_000;

    private final TrialJudge judge = new TrialJudge(TrialRules.DEFAULT);

    private Optional<String> judge(long calls, long p95Nanos) {
        return judge.judge(
                ModuleStatus.of(ModuleState.READY, ""),
                traffic("1.0.0", 1000, MILLI / 10),
                traffic("1.1.0", calls, p95Nanos));
    }

    private static VersionTraffic traffic(String version, long calls, long p95Nanos) {
        return new VersionTraffic(
                version, 1, calls, calls * 100, calls * 100, 0, 0, 0, 0, 0, p95Nanos, p95Nanos, 0, 0, "");
    }

    @Test
    void aTimeSliceOfABusyMachineIsNoSlowModule() {
        assertEquals(Optional.empty(), judge(1000, 10 * MILLI));
    }

    @Test
    void aVersionThatIsSlowerByMoreThanThatIs() {
        String reason = judge(1000, 11 * MILLI).orElseThrow();
        assertTrue(reason.startsWith("expected 95 of 100 calls within 0.400 ms"), reason);
    }

    @Test
    void fewCallsSayNothingAboutLatency() {
        assertEquals(Optional.empty(), judge(39, 50 * MILLI));
        assertTrue(judge(40, 50 * MILLI).isPresent());
    }

    @Test
    void theLastFaultIsNamedAlsoWhileTheReasonIsOlder() {
        assertEquals(
                "expected at most 0 failed calls, got 1; the last: it trapped",
                judge.judge(failed("not connected yet", "it trapped"), null, null)
                        .orElseThrow());
        assertEquals(
                "expected at most 0 failed calls, got 1; the last: not connected",
                judge.judge(failed("not connected", ""), null, null).orElseThrow());
    }

    private static ModuleStatus failed(String reason, String lastFault) {
        return new ModuleStatus(ModuleState.READY, reason, 1, 10, 1, lastFault, 0, 0, 0);
    }

    @Test
    void aModuleThatIsNotReadyAnyMoreIsNotHealthyAndSaysWhy() {
        assertEquals(
                "expected state READY, got FAULTED: it broke",
                judge.judge(ModuleStatus.of(ModuleState.FAULTED, "it broke"), null, null)
                        .orElseThrow());
    }
}
