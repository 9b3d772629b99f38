/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.store.Bucket;
import io.bascule.api.store.BucketQuery;
import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outboxes;
import io.bascule.api.store.ReadingPage;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.ReadingStore;
import io.bascule.api.store.StoreException;
import io.bascule.api.store.StoredReading;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** A store with one channel that has a reading each second, one outbox, and a bundle context that lends it. */
final class FakeStore implements ReadingStore, Outboxes {

    static final long SECOND = 1_000_000_000L;

    final List<String> questions = new ArrayList<>();
    boolean isThere = true;
    boolean isBroken;
    int lent;

    /** Returns a bundle context in which this is the only service. */
    BundleContext context() {
        ServiceReference<?> reference = (ServiceReference<?>) Proxy.newProxyInstance(
                FakeStore.class.getClassLoader(), new Class<?>[] {ServiceReference.class}, (proxy, method, args) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
        return (BundleContext) Proxy.newProxyInstance(
                FakeStore.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "getServiceReference" -> isThere ? reference : null;
                    case "getService" -> lend(1);
                    case "ungetService" -> lend(-1) != null;
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == args[0];
                    case "toString" -> "a bundle context";
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private FakeStore lend(int more) {
        lent += more;
        return this;
    }

    private void requireWorking() throws StoreException {
        if (isBroken) {
            throw new StoreException(StoreException.Reason.UNAVAILABLE, "store file history.db cannot be opened");
        }
    }

    @Override
    public CompletableFuture<Integer> append(Batch batch) {
        throw new UnsupportedOperationException("the shell stores nothing");
    }

    @Override
    public ReadingPage query(ReadingQuery query) throws StoreException {
        requireWorking();
        questions.add(query.channel() + " " + query.fromNanos() + " " + query.untilNanos() + " " + query.limit());
        List<StoredReading> found = new ArrayList<>();
        long time = query.fromNanos();
        while (query.channel().equals("press/speed") && found.size() < query.limit() && time < query.untilNanos()) {
            found.add(new StoredReading(time, new Value.F64(1.5 + found.size()), Quality.GOOD));
            time += SECOND;
        }
        ReadingPage.@Nullable Cursor next =
                time < query.untilNanos() && !found.isEmpty() ? new ReadingPage.Cursor(time - SECOND, 1) : null;
        return new ReadingPage(found, next);
    }

    @Override
    public List<Bucket> summarize(BucketQuery query) throws StoreException {
        requireWorking();
        questions.add("sum " + query.widthNanos() + " " + query.worst());
        return List.of(
                new Bucket(query.fromNanos(), 60, 1, 1, 3, 2),
                new Bucket(query.fromNanos() + query.widthNanos(), 0, 7, Double.NaN, Double.NaN, Double.NaN));
    }

    @Override
    public List<String> channels() throws StoreException {
        requireWorking();
        return List.of("press/speed", "press/valve");
    }

    @Override
    public long exportCsv(List<String> channels, long fromNanos, long untilNanos, OutputStream out)
            throws StoreException, IOException {
        requireWorking();
        questions.add("export " + channels);
        out.write((CSV_HEADER + "\r\n").getBytes(StandardCharsets.UTF_8));
        return 12;
    }

    @Override
    public ReadingStore.Figures figures() {
        return new ReadingStore.Figures(1000, 2, 3, 4, 5 << 20, 1 << 30, "");
    }

    @Override
    public Outbox open(String name) {
        return (Outbox) Proxy.newProxyInstance(
                FakeStore.class.getClassLoader(), new Class<?>[] {Outbox.class}, (proxy, method, args) -> {
                    if (method.getName().equals("figures")) {
                        return new Outbox.Figures(7, 2048, 1 << 28, 9, 0, "the disk is full");
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    @Override
    public List<String> list() {
        return List.of("broker");
    }
}
