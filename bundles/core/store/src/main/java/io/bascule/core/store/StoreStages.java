/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.bascule.api.channel.Batch;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.api.store.ReadingStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The sink {@code store}: a batch has left the flow when the history acknowledged it. The store is asked for when the first such
 * stage is opened and not before, because it loads a native library and opens files: a gateway that stores nothing has neither.
 */
@Component(service = StageFactory.class, property = StageFactory.TYPE + "=store", name = "io.bascule.core.store.stages")
public final class StoreStages implements StageFactory {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final ComponentServiceObjects<ReadingStore> stores;
    private final AtomicReference<@Nullable ReadingStore> store = new AtomicReference<>();

    /** Makes stages that append to the store; a better one that comes later takes its place, and the flows open anew. */
    @Activate
    public StoreStages(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) ComponentServiceObjects<ReadingStore> stores) {
        this.stores = stores;
    }

    /** Gives the store back. */
    @Deactivate
    void deactivate() {
        ReadingStore used = store.getAndSet(null);
        if (used != null) {
            stores.ungetService(used);
        }
    }

    private ReadingStore store() throws FlowException {
        ReadingStore known = store.get();
        if (known != null) {
            return known;
        }
        ReadingStore opened = stores.getService();
        if (opened == null) {
            throw new FlowException("the store does not start; the log says why. See configuration " + StoreConfig.PID);
        }
        if (!store.compareAndSet(null, opened)) {
            // Another flow was faster; the service is one and the same.
            stores.ungetService(opened);
        }
        return opened;
    }

    @Override
    public Role role() {
        return Role.SINK;
    }

    @Override
    public List<FlowProblem> validate(String configJson) {
        JsonElement config = JsonParser.parseString(configJson);
        if (!config.isJsonObject()) {
            return List.of(new FlowProblem("", "expected an object, got " + config));
        }
        return config.getAsJsonObject().keySet().stream()
                .map(key -> new FlowProblem("/" + key, "a stage of type store has no key '" + key + "'; remove it"))
                .toList();
    }

    @Override
    public Stage open(String flow, String id, String configJson, StageOutput output) throws FlowException {
        return new Sink(store(), flow + "/" + id);
    }

    /** Appends what comes. */
    private record Sink(ReadingStore store, String name) implements Stage {

        @Override
        public void accept(Batch batch) throws FlowException {
            try {
                store.append(batch).get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw new FlowException("stage " + name + ": " + cause.getMessage(), cause);
            } catch (TimeoutException e) {
                throw new FlowException(
                        "stage " + name + ": the store has not acknowledged " + batch.size() + " readings within "
                                + ANSWER_TIMEOUT.toSeconds() + " s; it may still. Look at the disk",
                        e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FlowException("stage " + name + " was interrupted while it stored readings", e);
            }
        }

        @Override
        public void close() {}
    }
}
