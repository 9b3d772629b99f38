/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outboxes;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.ComponentServiceObjects;

/**
 * The outbox of a connection, and who empties it: there from when a flow first asks, because asking opens the store. Safe for
 * use by any thread.
 */
final class OutboxSource {

    private final String name;
    private final Sender sender;
    private final boolean takesDrafts;
    private final int perSecond;
    private final AtomicReference<@Nullable ComponentServiceObjects<Outboxes>> lender = new AtomicReference<>();
    private final AtomicReference<@Nullable Lent> lent = new AtomicReference<>();

    private record Lent(ComponentServiceObjects<Outboxes> lender, Outboxes outboxes, OutboxDrain drain) {
        void end() {
            drain.close();
            lender.ungetService(outboxes);
        }
    }

    OutboxSource(String name, Sender sender, boolean takesDrafts, int perSecond) {
        this.name = name;
        this.sender = sender;
        this.takesDrafts = takesDrafts;
        this.perSecond = perSecond;
    }

    void bind(ComponentServiceObjects<Outboxes> fresh) {
        lender.set(fresh);
    }

    void unbind(ComponentServiceObjects<Outboxes> old) {
        lender.compareAndSet(old, null);
        Lent now = lent.get();
        if (now != null && now.lender() == old && lent.compareAndSet(now, null)) {
            now.end();
        }
    }

    /** Returns the outbox; empty while there is no store, or none that starts. */
    Optional<Outbox> find() {
        ComponentServiceObjects<Outboxes> from = lender.get();
        Lent now = lent.get();
        if (from == null) {
            return Optional.empty();
        }
        if (now != null && now.lender() == from) {
            return Optional.of(now.drain().outbox());
        }
        Outboxes outboxes = from.getService();
        if (outboxes == null) {
            return Optional.empty();
        }
        Lent fresh =
                new Lent(from, outboxes, new OutboxDrain(outboxes.open(name), name, sender, takesDrafts, perSecond));
        if (!lent.compareAndSet(now, fresh)) {
            // Another flow was faster.
            from.ungetService(outboxes);
            return find();
        }
        if (now != null) {
            now.end();
        }
        fresh.drain().start();
        return Optional.of(fresh.drain().outbox());
    }

    /** Stops to send. What is answered from now on until {@link Ending#finish} still leaves the outbox. */
    Ending end() {
        lender.set(null);
        Lent last = lent.getAndSet(null);
        if (last == null) {
            return () -> {};
        }
        last.drain().close();
        return () -> {
            last.drain().finish();
            last.lender().ungetService(last.outboxes());
        };
    }

    /** The rest of ending. */
    @FunctionalInterface
    interface Ending {
        /** Removes what was answered and gives the store back. */
        void finish();
    }
}
