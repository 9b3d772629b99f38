/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.flow.FlowStatus.State;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.traffic.ModuleRouter.Handover;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.api.module.traffic.VersionTraffic;
import io.bascule.core.flow.traffic.TrafficEntries;
import io.bascule.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** A flow with two versions of a module, 1.0.0 and 1.1.0, and short words for what tests of traffic do with it. */
final class TrafficBench implements AutoCloseable {

    static final Duration TIME = Duration.ofSeconds(10);

    final FakeModule first = new FakeModule("counter", "1.0.0");
    final FakeModule second = new FakeModule("counter", "1.1.0");
    final Bench bench;
    final TrafficControl router;

    TrafficBench(Path folder) throws IOException {
        bench = new Bench(folder);
        router = bench.engine.traffic();
    }

    static List<Double> countingUp(int count) {
        return IntStream.range(0, count).mapToObj(i -> (double) i).toList();
    }

    static Route route(String rule) {
        return Route.of(TrafficRule.parse(rule));
    }

    static Route route(String rule, String fallback) {
        TrafficRule parsed = TrafficRule.parse(rule);
        Set<String> standby = parsed.versions().contains(fallback) ? Set.of() : Set.of(fallback);
        return new Route(parsed, standby, Optional.of(fallback), Duration.ZERO);
    }

    void set(String rule) throws ModuleException {
        router.route("counter", route(rule), Handover.STATE, TIME);
    }

    void configure(Map<String, ?> properties) {
        router.configure(TrafficEntries.read(properties));
    }

    /** Runs the flow with version 1.0.0 at work; 1.1.0 is there and gets nothing. Each batch is a call. */
    void runFirst() throws Exception {
        bench.engine.register(first, 1);
        set("all 1.0.0");
        bench.put(
                "f",
                Bench.moduleFlow(", \"batch\":{\"size\":1}")
                        .replace("[\"machine/*\"]", "[\"machine/*\"],\"batch\":{\"size\":1}"));
        bench.awaitState(State.RUNNING);
        bench.engine.register(second, 2);
        assertEquals("counter 1.0.0", bench.stage("work").module());
    }

    void awaitModule(String module) {
        Await.until(module + " to work", () -> bench.engine.find("f").stream()
                .flatMap(f -> f.stages().stream())
                .anyMatch(s -> s.id().equals("work") && s.module().equals(module)));
    }

    VersionTraffic figures(String version) {
        return router.traffic("counter").find(version).orElseThrow();
    }

    void awaitCollected(int count) {
        Await.until(count + " readings at the sink", () -> bench.collector.values.size() >= count);
    }

    @Override
    public void close() {
        bench.close();
        assertEquals(List.of(), first.violations);
        assertEquals(List.of(), second.violations);
    }
}
