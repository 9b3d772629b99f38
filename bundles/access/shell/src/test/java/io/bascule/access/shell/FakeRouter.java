/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.module.traffic.ModuleTraffic;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.api.module.traffic.VersionTraffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A router that only shows what a test put into it. */
final class FakeRouter implements ModuleRouter {

    final List<ModuleTraffic> traffic = new ArrayList<>();

    static VersionTraffic version(String version, long faults, long p95Nanos, long compared, long different) {
        return new VersionTraffic(
                version,
                2,
                1000,
                64_000,
                63_000,
                1,
                2,
                faults,
                0,
                4,
                p95Nanos / 2,
                p95Nanos,
                compared,
                different,
                faults == 0 ? "" : "trap: unreachable");
    }

    void add(String module, Route route, boolean isPaused, VersionTraffic... versions) {
        traffic.add(new ModuleTraffic(
                module, route, true, isPaused, List.of("line1/clean", "line2/clean"), List.of(versions), ""));
    }

    @Override
    public List<ModuleTraffic> list() {
        return List.copyOf(traffic);
    }

    @Override
    public ModuleTraffic traffic(String module) {
        return traffic.stream()
                .filter(each -> each.module().equals(module))
                .findFirst()
                .orElse(new ModuleTraffic(
                        module, Route.of(TrafficRule.LATEST), false, false, List.of(), List.of(), ""));
    }

    @Override
    public void route(String module, Route route, Handover handover, Duration time) {
        throw new UnsupportedOperationException("the shell only writes configuration");
    }

    @Override
    public void pause(String module, Duration time) {
        throw new UnsupportedOperationException("the shell pauses through the deployment manager");
    }

    @Override
    public void resume(String module) {
        throw new UnsupportedOperationException("the shell resumes through the deployment manager");
    }
}
