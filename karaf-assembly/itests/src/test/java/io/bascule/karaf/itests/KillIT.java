/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.module.ModuleKind;
import io.bascule.karaf.itests.KillOperation.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * kill -9 of the real distribution in the middle of deployments and of the recovery after it. After each kill the gateway boots
 * by itself, and {@link CommittedState} has no problem: exactly the committed generation runs, nothing is left of what was not
 * committed, the history says how it ended, and readings come through.
 *
 * <p>{@code -Dbascule.kills=500} kills that often at random points, and at every step of every operation for both kinds of
 * modules; the default is a sample. {@code -Dbascule.seed} chooses other points, {@code -Dbascule.kill.lanes} how many gateways
 * are killed side by side.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(7200)
class KillIT {

    private static final int KILLS = Integer.getInteger("bascule.kills", 6);
    private static final long SEED = Long.getLong("bascule.seed", 20_261_121L);
    private static final int LANES = Integer.getInteger("bascule.kill.lanes", 1);
    /** From so many kills on it is no sample. */
    private static final int ALL = 100;
    /** A step that took no time was over when the kill came. */
    private static final int ATTEMPTS = 4;

    private static final List<String> STEPS =
            List.of("verify", "resolve", "stage", "self-test", "switch", "trial", "commit");

    private final AtomicInteger kills = new AtomicInteger();
    private final List<KillLane> lanes = new ArrayList<>();

    @BeforeAll
    void boot() throws IOException, InterruptedException {
        lanes.add(new KillLane("1", SEED, kills));
    }

    @AfterAll
    void close() {
        lanes.forEach(KillLane::close);
    }

    static Stream<Arguments> steps() {
        if (KILLS < ALL) {
            return Stream.of(
                    Arguments.of(Kind.INSTALL, "verify", ModuleKind.NATIVE),
                    Arguments.of(Kind.INSTALL, "resolve", ModuleKind.WASM),
                    Arguments.of(Kind.UPDATE, "stage", ModuleKind.NATIVE),
                    Arguments.of(Kind.UPDATE, "self-test", ModuleKind.WASM),
                    Arguments.of(Kind.CANARY, "switch", ModuleKind.NATIVE),
                    Arguments.of(Kind.CANARY, "trial", ModuleKind.WASM),
                    Arguments.of(Kind.ROLLBACK, "commit", ModuleKind.NATIVE));
        }
        List<Arguments> all = new ArrayList<>();
        for (Kind kind : List.of(Kind.INSTALL, Kind.UPDATE, Kind.CANARY, Kind.ROLLBACK)) {
            for (String step : STEPS) {
                for (ModuleKind module : ModuleKind.values()) {
                    all.add(Arguments.of(kind, step, module));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("steps")
    void killedInAStepItBootsIntoACommittedGeneration(Kind kind, String step, ModuleKind module)
            throws IOException, InterruptedException {
        String got = "";
        for (int i = 0; i < ATTEMPTS && !got.equals(step); i++) {
            got = lanes.get(0).killAt(kind, module, step);
        }
        assertEquals(step, got, "the step in which it was killed");
    }

    @Test
    void killedAtRandomPointsAndAgainWhileItBootsItBootsIntoACommittedGeneration(TestReporter reporter)
            throws IOException, InterruptedException, ExecutionException {
        int before = kills.get();
        long begin = System.nanoTime();
        while (lanes.size() < LANES) {
            lanes.add(new KillLane(String.valueOf(lanes.size() + 1), SEED + lanes.size(), kills));
        }
        ExecutorService threads = Executors.newFixedThreadPool(lanes.size());
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (KillLane lane : lanes) {
                runs.add(threads.submit(() -> {
                    while (kills.get() - before < KILLS) {
                        lane.killAtRandom();
                    }
                    lane.checkHistory();
                    return lane;
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        } finally {
            threads.shutdownNow();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        reporter.publishEntry(
                "random kills", (kills.get() - before) + " in " + millis + " ms, seed " + SEED + ", lanes " + LANES);
    }
}
