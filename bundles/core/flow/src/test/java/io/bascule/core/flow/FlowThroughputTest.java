/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.FlowStatus.State;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.testkit.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A floor far under the target, so that a busy machine does not fail it; the figures themselves come from the benchmarks. */
@Timeout(60)
class FlowThroughputTest {

    private static final Logger LOG = LoggerFactory.getLogger(FlowThroughputTest.class);
    private static final int BATCHES = 40_000;
    private static final int SIZE = 512;
    private static final double FLOOR_PER_SECOND = 1e6;

    /** Measured: well under a microsecond. */
    private static final double FORWARD_NANOS_MAX = 100_000;

    private record Ends(LongAdder count, StageFactory.Role role) implements StageFactory {
        @Override
        public List<io.bascule.api.flow.FlowProblem> validate(String configJson) {
            return List.of();
        }

        @Override
        public io.bascule.api.flow.spi.Stage open(String flow, String id, String configJson, StageOutput output) {
            return new io.bascule.api.flow.spi.Stage() {
                @Override
                public void start() {
                    if (role == Role.SOURCE) {
                        new Thread(this::pump).start();
                    }
                }

                private void pump() {
                    Batch.Builder builder = Batch.builder(SIZE);
                    for (int i = 0; i < SIZE; i++) {
                        builder.add(1, i, i);
                    }
                    Batch batch = builder.build();
                    for (int i = 0; i < BATCHES; i++) {
                        output.send(batch);
                    }
                }

                @Override
                public void accept(Batch batch) {
                    count.add(batch.size());
                }

                @Override
                public void close() {}
            };
        }
    }

    private double pump(Path data, String middle, FakeModule module) throws Exception {
        LongAdder count = new LongAdder();
        try (Bench bench = new Bench(data)) {
            bench.engine.register(module, 1);
            bench.engine.addStageFactory(new Ends(count, StageFactory.Role.SINK), Map.of(StageFactory.TYPE, "count"));
            bench.engine.addStageFactory(new Ends(count, StageFactory.Role.SOURCE), Map.of(StageFactory.TYPE, "pump"));
            bench.put("f", """
                    {"name":"f","stages":[{"id":"in","type":"pump"},%s,
                     {"id":"out","type":"count"}],"edges":[{"from":"in","to":"mid"},{"from":"mid","to":"out"}]}""".formatted(middle));
            bench.awaitState(State.RUNNING);
            long total = (long) BATCHES * SIZE;
            Await.until("all readings", () -> count.sum() == total);
            return bench.stage("mid").busyNanos() / (double) BATCHES;
        }
    }

    @Test
    void givesAModuleItsBatchesForLittleMoreThanARuleCosts(@TempDir Path data) throws Exception {
        FakeModule module = new FakeModule("counter", "1.0.0");
        String viaModule = "{\"id\":\"mid\",\"type\":\"module\",\"module\":\"counter\",\"batch\":{\"size\":512}}";
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            best = Math.min(best, pump(data.resolve("m" + i), viaModule, module));
        }

        LOG.warn("a batch through a module that only hands it on: {} ns of work", Math.round(best));
        assertTrue(best < FORWARD_NANOS_MAX, "a batch took " + best + " ns in the module's stage");
    }

    @Test
    void carriesFarMoreThanAMillionReadingsASecondFromSourceThroughStageToSink(@TempDir Path data) throws Exception {
        LongAdder count = new LongAdder();
        try (Bench bench = new Bench(data)) {
            bench.engine.addStageFactory(new Ends(count, StageFactory.Role.SINK), Map.of(StageFactory.TYPE, "count"));
            bench.engine.addStageFactory(new Ends(count, StageFactory.Role.SOURCE), Map.of(StageFactory.TYPE, "pump"));
            bench.put("f", """
                    {"name":"f","stages":[{"id":"in","type":"pump"},{"id":"mid","type":"filter","config":{"above":-1}},
                     {"id":"out","type":"count"}],"edges":[{"from":"in","to":"mid"},{"from":"mid","to":"out"}]}""");
            bench.awaitState(State.RUNNING);
            long start = System.nanoTime();
            long total = (long) BATCHES * SIZE;
            Await.until("all readings", () -> count.sum() == total);
            double seconds = (System.nanoTime() - start) / 1e9;
            double busySeconds = bench.status().stages().stream()
                            .mapToLong(s -> s.busyNanos())
                            .sum()
                    / 1e9;
            LOG.warn(
                    "{} M readings/s by the clock, {} M readings/s for each second of work",
                    Math.round(total / seconds / 1e6),
                    Math.round(total / busySeconds / 1e6));

            assertEquals(total, bench.stage("mid").readingsIn());
            assertTrue(total / seconds > FLOOR_PER_SECOND, "only " + total / seconds + " readings/s");
        }
    }
}
