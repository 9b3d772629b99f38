/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.FlowStatus.State;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.traffic.ModuleRouter.Handover;
import io.bascule.api.module.traffic.Route;
import io.bascule.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Thousands of changes of the route while a source sends as fast as it can: sequence numbers show what became of each reading. */
@Timeout(120)
class TrafficStressTest {

    private static final Logger LOG = LoggerFactory.getLogger(TrafficStressTest.class);
    private static final int CHANNELS = 16;
    private static final int BATCH = 64;
    private static final long NANOS = TimeUnit.SECONDS.toNanos(8);
    private static final int SWITCHES_MIN = 500;
    private static final long SEED = 20261121;

    private static final String FLOW = """
            {"name":"f","stages":[{"id":"in","type":"sequence"},
              {"id":"work","type":"module","module":"counter","batch":{"size":256}},
              {"id":"again","type":"module","module":"counter"},
              {"id":"out","type":"check"}],
             "edges":[{"from":"in","to":"work"},{"from":"work","to":"again"},{"from":"again","to":"out"}]}""";

    /** Sends the numbers 0, 1, 2 and so on of each channel, in batches that hold a piece of several. */
    private static final class Sequence implements StageFactory {
        private final int[] handles;
        private volatile boolean isEnded;
        private volatile long sent;
        private volatile Thread thread = new Thread(() -> {});

        Sequence(int[] handles) {
            this.handles = handles;
        }

        @Override
        public Role role() {
            return Role.SOURCE;
        }

        @Override
        public List<FlowProblem> validate(String configJson) {
            return List.of();
        }

        private void pump(StageOutput output) {
            long[] next = new long[handles.length];
            Random random = new Random(SEED);
            long count = 0;
            while (!isEnded) {
                Batch.Builder builder = Batch.builder(BATCH);
                int size = 1 + random.nextInt(BATCH);
                for (int i = 0; i < size; i++) {
                    int channel = random.nextInt(handles.length);
                    builder.add(handles[channel], (double) next[channel]++, count);
                }
                output.send(builder.build());
                count += size;
                sent = count;
            }
        }

        @Override
        public Stage open(String flow, String id, String configJson, StageOutput output) {
            return new Stage() {
                @Override
                public void start() {
                    thread = new Thread(() -> pump(output));
                    thread.start();
                }

                @Override
                public void accept(Batch batch) {
                    throw new IllegalStateException("a source takes no batches");
                }

                @Override
                public void close() {
                    isEnded = true;
                }
            };
        }
    }

    /** Expects the next number of each channel. */
    private static final class Check implements StageFactory {
        final List<String> wrong = new CopyOnWriteArrayList<>();
        volatile long seen;
        private final Map<Integer, Long> next = new java.util.HashMap<>();

        @Override
        public Role role() {
            return Role.SINK;
        }

        @Override
        public List<FlowProblem> validate(String configJson) {
            return List.of();
        }

        @Override
        public Stage open(String flow, String id, String configJson, StageOutput output) {
            return new Stage() {
                @Override
                public void accept(Batch batch) {
                    for (int i = 0; i < batch.size(); i++) {
                        long expected = next.getOrDefault(batch.channel(i), 0L);
                        long got = (long) batch.asDouble(i);
                        if (got != expected && wrong.size() < 10) {
                            wrong.add("channel " + batch.channel(i) + " expected " + expected + " got " + got);
                        }
                        next.put(batch.channel(i), got + 1);
                    }
                    long before = seen;
                    seen = before + batch.size();
                }

                @Override
                public void close() {}
            };
        }
    }

    /** A version that sends and fails then, now and again, while it is allowed to. */
    private static FakeModule flaky(String version) {
        FakeModule module = new FakeModule("counter", version);
        Random random = new Random(SEED);
        module.behaviour = (batch, instance) -> {
            instance.context.output().readings(batch);
            if (module.mayFail && random.nextInt(5) == 0) {
                throw new ModuleException("fails after it has sent");
            }
        };
        return module;
    }

    @Test
    void losesAndDoublesNothingAndKeepsTheOrderOfEachChannelThroughThousandsOfChanges(@TempDir Path folder)
            throws Exception {
        try (Bench bench = new Bench(folder)) {
            int[] handles = new int[CHANNELS];
            for (int i = 0; i < CHANNELS; i++) {
                handles[i] = bench.channels
                        .openVirtual("line/point-" + i, ValueKind.F64, "")
                        .handle();
            }
            Sequence source = new Sequence(handles);
            Check sink = new Check();
            bench.engine.addStageFactory(source, Map.of(StageFactory.TYPE, "sequence"));
            bench.engine.addStageFactory(sink, Map.of(StageFactory.TYPE, "check"));
            List<FakeModule> versions = List.of(flaky("1.0.0"), flaky("1.1.0"), flaky("1.2.0"));
            for (int i = 0; i < versions.size(); i++) {
                bench.engine.register(versions.get(i), i + 1);
            }
            bench.put("f", FLOW);
            bench.awaitState(State.RUNNING);

            List<Long> stalls = change(bench, versions);
            source.isEnded = true;
            source.thread.join();
            Await.until("everything to arrive", () -> sink.seen >= source.sent);

            assertEquals(List.of(), sink.wrong);
            assertEquals(source.sent, sink.seen);
            assertEquals(0, bench.stage("work").readingsDropped());
            for (FakeModule version : versions) {
                assertEquals(List.of(), version.violations);
                assertTrue(
                        version.instances.stream().filter(i -> !i.isClosed).count() <= 2,
                        "instances that left are closed");
            }
            stalls.sort(null);
            LOG.warn(
                    "{} changes while {} readings went through two stages; a change took p50 {} us, p99 {} us",
                    stalls.size(),
                    sink.seen,
                    stalls.get(stalls.size() / 2) / 1000,
                    stalls.get(stalls.size() * 99 / 100) / 1000);
        }
    }

    private static List<Long> change(Bench bench, List<FakeModule> versions) throws Exception {
        List<Route> routes = List.of(
                TrafficBench.route("all 1.0.0"),
                TrafficBench.route("all 1.1.0", "1.0.0"),
                TrafficBench.route("weighted 1.0.0=70 1.1.0=20 1.2.0=10", "1.0.0"),
                TrafficBench.route("round-robin 1.1.0 1.2.0", "1.0.0"),
                TrafficBench.route("by-channel 1.0.0=40 1.1.0=30 1.2.0=30"),
                TrafficBench.route("by-channel 1.1.0=50 1.2.0=50", "1.0.0"),
                TrafficBench.route("shadow 1.0.0 1.2.0 tolerance=0"),
                TrafficBench.route("latest"));
        Random random = new Random(SEED);
        List<Long> took = new ArrayList<>();
        long until = System.nanoTime() + NANOS;
        TrafficControl router = bench.engine.traffic();
        // Longer on a machine that is busy with other things; the test's time limit bounds it.
        while (System.nanoTime() - until < 0 || took.size() < SWITCHES_MIN) {
            Route next = routes.get(random.nextInt(routes.size()));
            versions.forEach(version -> version.mayFail = false);
            long start = System.nanoTime();
            router.route(
                    "counter", next, random.nextBoolean() ? Handover.STATE : Handover.NONE, Duration.ofSeconds(10));
            took.add(System.nanoTime() - start);
            boolean isSafe = next.fallback().isPresent();
            versions.get(1).mayFail = isSafe;
            versions.get(2).mayFail = isSafe;
            if (took.size() % 50 == 0) {
                router.pause("counter", Duration.ofSeconds(10));
                router.resume("counter");
            }
        }
        versions.forEach(version -> version.mayFail = false);
        return took;
    }
}
