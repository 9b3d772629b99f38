/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.traffic.ModuleRouter.Handover;
import io.bascule.api.module.traffic.Route;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One change of all stages of a module, or of none: makes the instances that are missing, lets every stage go over, and then
 * either confirms all of them or takes all of them back. Used once, by the thread that asked for it.
 */
final class RouteChange {

    private static final Logger LOG = LoggerFactory.getLogger(RouteChange.class);

    /** What confirming and taking back get beyond the time that was asked for: they must happen. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Desk desk;
    private final Route route;
    private final Handover handover;
    private final long untilNanos;
    private final Executor preparers;
    private final Map<Slot, Map<ModuleDirectory.Handle, CompletableFuture<LiveVersion>>> making = new LinkedHashMap<>();
    private final Map<Slot, Order> orders = new LinkedHashMap<>();

    RouteChange(Desk desk, Route route, Handover handover, long untilNanos, Executor preparers) {
        this.desk = desk;
        this.route = route;
        this.handover = handover;
        this.untilNanos = untilNanos;
        this.preparers = preparers;
    }

    /** Brings the plan about. */
    void carryOut(Map<Slot, Staffing> plan) throws ModuleException {
        try {
            // Who is missing can be told only once nobody else changes it.
            plan.keySet().forEach(slot -> slot.awaitFollowed(untilNanos));
            plan.forEach(this::make);
            for (Map<ModuleDirectory.Handle, CompletableFuture<LiveVersion>> made : making.values()) {
                for (CompletableFuture<LiveVersion> one : made.values()) {
                    await(one, untilNanos, "making an instance");
                }
            }
            plan.forEach(this::order);
            for (Map.Entry<Slot, Order> entry : orders.entrySet()) {
                await(
                        entry.getValue().done(),
                        untilNanos,
                        "stage " + entry.getKey().label());
            }
        } catch (ModuleException e) {
            takeBack();
            throw new ModuleException(
                    "module " + desk.module() + " does not go over to '" + route.rule()
                            + "', every stage is as before: " + e.getMessage(),
                    e);
        }
        confirm();
    }

    private void make(Slot slot, Staffing staffing) {
        Map<ModuleDirectory.Handle, CompletableFuture<LiveVersion>> made = new HashMap<>();
        making.put(slot, made);
        for (ModuleDirectory.Handle handle : slot.missing(staffing)) {
            CompletableFuture<LiveVersion> one = new CompletableFuture<>();
            made.put(handle, one);
            try {
                preparers.execute(() -> open(slot, handle, one));
            } catch (RejectedExecutionException e) {
                one.completeExceptionally(
                        new ModuleException("no thread is free to make an instance for " + slot.label(), e));
            }
        }
    }

    private static void open(Slot slot, ModuleDirectory.Handle handle, CompletableFuture<LiveVersion> into) {
        try {
            LiveVersion made = slot.open(handle);
            if (!into.complete(made)) {
                // Nobody waits for it any more.
                made.close();
            }
        } catch (ModuleException | RuntimeException e) {
            into.completeExceptionally(e);
        }
    }

    private void order(Slot slot, Staffing staffing) {
        Map<ModuleDirectory.Handle, LiveVersion> newcomers = new HashMap<>();
        making.getOrDefault(slot, Map.of()).forEach((handle, made) -> newcomers.put(handle, made.join()));
        Order order = new Order(exchange -> exchange.change(staffing, newcomers, handover, false));
        orders.put(slot, order);
        if (!slot.submit(order)) {
            order.stageEnded();
        }
    }

    private static void await(CompletableFuture<?> what, long untilNanos, String name) throws ModuleException {
        try {
            what.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModuleException(name + ": waiting was interrupted", e);
        } catch (TimeoutException e) {
            throw new ModuleException(name + " took longer than was allowed", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String message = cause == null ? null : cause.getMessage();
            throw new ModuleException(message == null ? name + " failed: " + cause : message, cause);
        }
    }

    private void confirm() {
        Map<Slot, Order> confirmations = new LinkedHashMap<>();
        orders.forEach((slot, order) -> {
            if (isCarriedOut(order)) {
                submit(slot, new Order(Exchange::confirm), confirmations);
            } else {
                closeNewcomers(slot);
            }
            slot.forgive();
        });
        awaitAll(confirmations, "close the instances that left");
    }

    private void takeBack() {
        Map<Slot, Order> returns = new LinkedHashMap<>();
        making.forEach((slot, made) -> {
            Order order = orders.get(slot);
            if (order == null || order.cancel() || !mayHaveChanged(order)) {
                closeNewcomers(slot);
            } else {
                // Its turn comes after the change, also when that is still under way.
                submit(slot, new Order(exchange -> takeBackOn(exchange, slot, order)), returns);
            }
        });
        awaitAll(returns, "go back to the route before");
    }

    private void takeBackOn(Exchange exchange, Slot slot, Order order) {
        if (isCarriedOut(order)) {
            exchange.takeBack();
        } else {
            closeNewcomers(slot);
        }
    }

    private static boolean mayHaveChanged(Order order) {
        return !order.done().isDone() || isCarriedOut(order);
    }

    private static boolean isCarriedOut(Order order) {
        CompletableFuture<Boolean> done = order.done();
        return done.isDone() && !done.isCompletedExceptionally() && done.join();
    }

    private void submit(Slot slot, Order order, Map<Slot, Order> into) {
        if (slot.submit(order)) {
            into.put(slot, order);
        }
    }

    private void closeNewcomers(Slot slot) {
        making.getOrDefault(slot, Map.of()).values().forEach(made -> {
            if (!made.completeExceptionally(new ModuleException("not needed any more"))
                    && !made.isCompletedExceptionally()) {
                made.join().close();
            }
        });
    }

    private void awaitAll(Map<Slot, Order> all, String what) {
        long until = Math.max(untilNanos, System.nanoTime() + GRACE_NANOS);
        all.forEach((slot, order) -> {
            try {
                await(order.done(), until, "stage " + slot.label());
            } catch (ModuleException e) {
                LOG.error("stage={} is to {} and does not yet: {}", slot.label(), what, e.getMessage(), e);
            }
        });
    }
}
