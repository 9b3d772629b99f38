/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import java.util.Map;
import java.util.Optional;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.ResultLog;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** Says whether a connection is there, as a Felix Health Check where those are installed. */
final class MqttHealth {

    private static final String TYPE = "org.apache.felix.hc.api.HealthCheck";

    private MqttHealth() {}

    /** Registers the check; empty when the package of health checks is not there. */
    static Optional<ServiceRegistration<?>> register(BundleContext context, String name, BrokerConnection connection) {
        try {
            Class.forName(TYPE, false, MqttHealth.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            // The import is optional: without health checks nobody asks.
            return Optional.empty();
        }
        Map<String, Object> properties = Map.of("hc.name", "MQTT connection " + name, "hc.tags", new String[] {
            "mqtt", "connection", MqttComponent.PREFIX + name
        });
        return Optional.of(
                context.registerService(TYPE, new Check(connection), FrameworkUtil.asDictionary(properties)));
    }

    /** A class of its own, so that it is loaded only where its interface is. */
    private record Check(BrokerConnection connection) implements HealthCheck {
        @Override
        public Result execute() {
            BrokerConnection.State state = connection.state();
            Sender.Figures sent = state.sent();
            ResultLog log = new ResultLog();
            log.add(
                    state.isConnected()
                            ? new ResultLog.Entry(Result.Status.OK, "connected")
                            : new ResultLog.Entry(Result.Status.CRITICAL, "not connected: " + state.reason()));
            log.add(new ResultLog.Entry(
                    Result.Status.OK,
                    sent.delivered() + " delivered, " + sent.flying() + " on their way, " + sent.repeated()
                            + " repeated, " + sent.lost() + " lost, " + sent.refused() + " refused, "
                            + state.notesDropped() + " alerts and replies dropped"));
            return new Result(log);
        }
    }
}
