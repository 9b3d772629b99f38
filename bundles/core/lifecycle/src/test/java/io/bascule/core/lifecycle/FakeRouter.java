/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.module.traffic.ModuleTraffic;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.api.module.traffic.VersionTraffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A router without stages: remembers the routes, and says of versions what a test wants. */
final class FakeRouter implements ModuleRouter {

    final List<String> routes = new CopyOnWriteArrayList<>();
    final Map<String, VersionTraffic> figures = new ConcurrentHashMap<>();
    final Map<String, String> refusals = new ConcurrentHashMap<>();
    private final Map<String, Route> inForce = new ConcurrentHashMap<>();
    private final Set<String> paused = ConcurrentHashMap.newKeySet();

    /** Lets {@code name@version} have had calls and faults. */
    void says(String module, String version, long calls, long faults, long p95Nanos, long readingsOut) {
        figures.put(
                module + "@" + version,
                new VersionTraffic(
                        version,
                        1,
                        calls,
                        calls * 100,
                        readingsOut,
                        0,
                        0,
                        faults,
                        0,
                        0,
                        p95Nanos,
                        p95Nanos,
                        0,
                        0,
                        faults > 0 ? "it broke" : ""));
    }

    @Override
    public List<ModuleTraffic> list() {
        return inForce.keySet().stream().sorted().map(this::traffic).toList();
    }

    @Override
    public ModuleTraffic traffic(String module) {
        List<VersionTraffic> versions = new ArrayList<>();
        Route route = inForce.getOrDefault(module, Route.of(TrafficRule.LATEST));
        Set<String> live = new HashSet<>(route.rule().versions());
        live.addAll(route.standby());
        for (String version : live) {
            VersionTraffic said = figures.get(module + "@" + version);
            versions.add(said != null ? said : new VersionTraffic(version, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ""));
        }
        return new ModuleTraffic(module, route, false, paused.contains(module), List.of(), versions, "");
    }

    @Override
    public void route(String module, Route route, Handover handover, Duration time) throws ModuleException {
        String refusal = refusals.get(route.rule().toString());
        if (refusal != null) {
            throw new ModuleException(refusal);
        }
        inForce.put(module, route);
        routes.add(module + ": " + route.rule() + (route.standby().isEmpty() ? "" : " beside " + route.standby()));
    }

    @Override
    public void pause(String module, Duration time) {
        paused.add(module);
    }

    @Override
    public void resume(String module) {
        paused.remove(module);
    }
}
