/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.module.traffic.ModuleTraffic;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import java.time.Duration;
import java.util.List;

/** The router of a gateway without flows: nothing flows, so every route is in force at once. */
final class NoRouter implements ModuleRouter {

    @Override
    public List<ModuleTraffic> list() {
        return List.of();
    }

    @Override
    public ModuleTraffic traffic(String module) {
        return new ModuleTraffic(module, Route.of(TrafficRule.LATEST), false, false, List.of(), List.of(), "");
    }

    @Override
    public void route(String module, Route route, Handover handover, Duration time) {
        // No stage has to follow.
    }

    @Override
    public void pause(String module, Duration time) {
        // No stage holds anything.
    }

    @Override
    public void resume(String module) {
        // No stage stands.
    }
}
