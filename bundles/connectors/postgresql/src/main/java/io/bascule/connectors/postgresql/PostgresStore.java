/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.store.Bucket;
import io.bascule.api.store.BucketQuery;
import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outboxes;
import io.bascule.api.store.ReadingPage;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.ReadingStore;
import io.bascule.api.store.StoreException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * History and outboxes as services, once they are configured. They rank before those on files, so that who asks for a store gets
 * this one.
 */
@Component(
        service = {ReadingStore.class, Outboxes.class},
        configurationPid = PostgresConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = "service.ranking:Integer=100",
        name = PostgresConfig.PID)
@Designate(ocd = PostgresConfig.class)
public final class PostgresStore implements ReadingStore, Outboxes {

    private static final int ALERT_SEVERITY = 800;

    private final AtomicReference<@Nullable AlertRegistry> alerts = new AtomicReference<>();
    private final PostgresHistory history;
    private final PostgresOutboxes outboxes;

    /** Begins to connect; returns before it is done. */
    @Activate
    public PostgresStore(PostgresConfig config, @Reference ChannelRegistry registry) {
        PostgresSettings settings = PostgresSettings.of(config);
        history = new PostgresHistory(settings, registry, this::alert, InstantSource.system());
        outboxes = new PostgresOutboxes(settings, this::alert, InstantSource.system());
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindAlerts(AlertRegistry registry) {
        alerts.set(registry);
    }

    void unbindAlerts(AlertRegistry registry) {
        alerts.compareAndSet(registry, null);
    }

    private void alert(String text) {
        AlertRegistry registry = alerts.get();
        if (registry != null) {
            long now = TimeUnit.MILLISECONDS.toNanos(InstantSource.system().millis());
            String shortened = text.substring(0, Math.min(text.length(), Alert.TEXT_MAX));
            registry.raise(new Alert("store", ALERT_SEVERITY, "", now, Double.NaN, shortened));
        }
    }

    /** Writes what waits and closes the connections, within twice fifteen seconds. */
    @Deactivate
    void close() {
        outboxes.close();
        history.close();
    }

    @Override
    public CompletableFuture<Integer> append(Batch batch) {
        return history.append(batch);
    }

    @Override
    public ReadingPage query(ReadingQuery query) throws StoreException {
        return history.query(query);
    }

    @Override
    public List<Bucket> summarize(BucketQuery query) throws StoreException {
        return history.summarize(query);
    }

    @Override
    public List<String> channels() throws StoreException {
        return history.channels();
    }

    @Override
    public Figures figures() {
        return history.figures();
    }

    @Override
    public Outbox open(String name) {
        return outboxes.open(name);
    }

    @Override
    public List<String> list() {
        return outboxes.list();
    }
}
