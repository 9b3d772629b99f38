/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.core.flow.traffic.TrafficEntries;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;

/** Traffic rules as an operator writes them, file {@code etc/io.bascule.flow.traffic.cfg}. Changes apply at once. */
@Component(
        service = {},
        immediate = true,
        configurationPid = TrafficConfiguration.PID)
public final class TrafficConfiguration {

    /** The PID. */
    static final String PID = "io.bascule.flow.traffic";

    private final TrafficControl traffic;

    /** Applies what is configured. */
    @Activate
    public TrafficConfiguration(@Reference DocumentFlowEngine engine, Map<String, Object> properties) {
        this.traffic = engine.traffic();
        traffic.configure(TrafficEntries.read(properties));
    }

    /** Applies a change. */
    @Modified
    void modified(Map<String, Object> properties) {
        traffic.configure(TrafficEntries.read(properties));
    }

    /** Takes the rules back. */
    @Deactivate
    void close() {
        traffic.configure(TrafficEntries.read(Map.of()));
    }
}
