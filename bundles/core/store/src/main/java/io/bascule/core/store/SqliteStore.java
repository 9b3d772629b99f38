/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

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
import java.io.File;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/** History and outboxes as services. A changed configuration closes the files and opens them again. */
@Component(
        service = {ReadingStore.class, Outboxes.class},
        configurationPid = StoreConfig.PID,
        name = "io.bascule.core.store")
@Designate(ocd = StoreConfig.class)
public final class SqliteStore implements ReadingStore, Outboxes {

    private static final int ALERT_SEVERITY = 800;

    private final AtomicReference<@Nullable AlertRegistry> alerts = new AtomicReference<>();
    private final SqliteHistory history;
    private final SqliteOutboxes outboxes;

    /** Begins to open the files; returns before they are. */
    @Activate
    public SqliteStore(BundleContext context, StoreConfig config, @Reference ChannelRegistry registry) {
        StoreSettings settings = StoreSettings.of(config, folder(context, config.folder()));
        InstantSource clock = InstantSource.system();
        history = new SqliteHistory(settings, registry, this::alert, clock, System::nanoTime);
        outboxes = new SqliteOutboxes(settings, this::alert, clock);
    }

    /** Relative to the gateway's own folder where the container has one; else within the bundle's data. */
    private static Path folder(BundleContext context, String configured) {
        String base = context.getProperty("karaf.base");
        if (base != null || Path.of(configured).isAbsolute()) {
            return Path.of(base == null ? "" : base).resolve(configured);
        }
        File data = context.getDataFile(configured);
        if (data == null) {
            throw new IllegalStateException("the framework has no file area for bundles; set folder in configuration "
                    + StoreConfig.PID + " to an absolute path");
        }
        return data.toPath();
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

    /** Writes what waits and closes the files, within twice ten seconds. */
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
