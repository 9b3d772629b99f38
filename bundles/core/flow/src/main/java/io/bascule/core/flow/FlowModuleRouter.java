/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.module.traffic.ModuleTraffic;
import io.bascule.api.module.traffic.Route;
import java.time.Duration;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The flow engine's traffic between versions as a service. */
@Component(service = ModuleRouter.class)
public final class FlowModuleRouter implements ModuleRouter {

    private final ModuleRouter traffic;

    /** Offers what the engine does. */
    @Activate
    public FlowModuleRouter(@Reference DocumentFlowEngine engine) {
        this.traffic = engine.traffic();
    }

    @Override
    public List<ModuleTraffic> list() {
        return traffic.list();
    }

    @Override
    public ModuleTraffic traffic(String module) {
        return traffic.traffic(module);
    }

    @Override
    public void route(String module, Route route, Handover handover, Duration time) throws ModuleException {
        traffic.route(module, route, handover, time);
    }

    @Override
    public void pause(String module, Duration time) throws ModuleException {
        traffic.pause(module, time);
    }

    @Override
    public void resume(String module) {
        traffic.resume(module);
    }
}
