/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentManager;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Services that deployments use when they are there: a gateway may have no events and no alerts. */
final class Neighbours implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);
    private static final String SOURCE = "deployments";

    private final ServiceTracker<EventAdmin, EventAdmin> events;
    private final ServiceTracker<AlertRegistry, AlertRegistry> alerts;
    private final Clock clock;

    Neighbours(BundleContext context, Clock clock) {
        this.clock = clock;
        events = new ServiceTracker<>(context, EventAdmin.class, null);
        alerts = new ServiceTracker<>(context, AlertRegistry.class, null);
        events.open();
        alerts.open();
    }

    /** Tells whoever listens how a deployment is doing. */
    void post(Deployment deployment) {
        EventAdmin admin = events.getService();
        if (admin != null) {
            admin.postEvent(
                    new Event(DeploymentManager.EVENT_TOPIC, Map.of(DeploymentManager.EVENT_DEPLOYMENT, deployment)));
        }
    }

    /** Tells a person what they should know; it is in the log too. */
    void alert(int severity, String text) {
        LOG.warn("{}", text);
        AlertRegistry registry = alerts.getService();
        if (registry != null) {
            Instant now = clock.instant();
            long nanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
            String cut = text.length() <= Alert.TEXT_MAX ? text : text.substring(0, Alert.TEXT_MAX);
            registry.raise(new Alert(SOURCE, severity, "", nanos, Double.NaN, cut));
        }
    }

    @Override
    public void close() {
        events.close();
        alerts.close();
    }
}
