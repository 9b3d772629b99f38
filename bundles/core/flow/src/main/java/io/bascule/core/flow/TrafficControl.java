/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.module.traffic.ModuleTraffic;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.core.flow.traffic.TrafficEntries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.osgi.framework.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which versions work at which stages: what a deployment set, what is configured, else the highest that is ready. A
 * route that is set changes all stages or none; what else happens, such as a version that appears, is followed stage by stage
 * at the engine's next look. Safe for use by any thread.
 */
final class TrafficControl implements ModuleRouter {

    /** Most modules that are spoken of. */
    static final int MODULES_MAX = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(TrafficControl.class);

    private final ModuleDirectory modules;
    private final Executor preparers;
    private final Runnable lookSoon;
    private final Map<String, Desk> desks = new ConcurrentSkipListMap<>();

    TrafficControl(ModuleDirectory modules, Executor preparers, Runnable lookSoon) {
        this.modules = modules;
        this.preparers = preparers;
        this.lookSoon = lookSoon;
    }

    /** Returns what holds for the stages of a module. */
    Desk desk(String module) {
        Desk known = desks.get(module);
        if (known != null) {
            return known;
        }
        if (desks.size() >= MODULES_MAX) {
            desks.values().removeIf(desk -> desk.slots().isEmpty() && !desk.isSpokenOf());
        }
        return desks.computeIfAbsent(module, Desk::new);
    }

    /** Brings a stage closer to what its route says. Called at every look by the control thread. */
    void tend(Slot slot) {
        Desk desk = slot.desk();
        long epoch = desk.epoch();
        if (desk.isChanging()) {
            return;
        }
        Staffing wanted = staff(slot, routeNow(desk));
        if (wanted.handles().isEmpty() || !slot.wants(wanted)) {
            return;
        }
        try {
            // Looked at again at once: a flow's sources wait for its last slot, and what comes meanwhile is not for it.
            preparers.execute(() -> slot.prepare(wanted, epoch, lookSoon));
        } catch (RejectedExecutionException e) {
            // The threads that make instances are busy; the next look asks again.
            slot.cancelPreparing();
            LOG.debug("no thread to make instances for stage={} now", slot.label(), e);
        }
    }

    /** Returns the route to follow: a configured one that names a version which is not there does not count for now. */
    private Route routeNow(Desk desk) {
        Route route = desk.route();
        return desk.isConfigured() && !absent(desk.module(), route).isEmpty() ? Route.of(TrafficRule.LATEST) : route;
    }

    /** Returns the versions that a route names and that are not ready. */
    private List<String> absent(String module, Route route) {
        List<String> absent = new ArrayList<>();
        for (String version : named(route)) {
            if (modules.find(module, Version.parseVersion(version)).isEmpty()) {
                absent.add(version);
            }
        }
        return absent;
    }

    private static Set<String> named(Route route) {
        Set<String> named = new LinkedHashSet<>(route.rule().versions());
        named.addAll(route.standby());
        return named;
    }

    private Staffing staff(Slot slot, Route route) {
        List<Optional<ModuleDirectory.Handle>> routed = new ArrayList<>();
        if (route.rule() instanceof TrafficRule.Latest) {
            modules.best(slot.use()).ifPresent(best -> routed.add(Optional.of(best)));
        }
        for (String version : route.rule().versions()) {
            routed.add(find(slot, version));
        }
        List<ModuleDirectory.Handle> standby = new ArrayList<>();
        for (String version : route.standby()) {
            find(slot, version).ifPresent(standby::add);
        }
        standby.sort((one, other) -> one.version().compareTo(other.version()));
        return new Staffing(route, routed, standby, route.fallback().flatMap(version -> find(slot, version)));
    }

    private Optional<ModuleDirectory.Handle> find(Slot slot, String version) {
        return modules.find(slot.use().name(), Version.parseVersion(version))
                .filter(handle -> slot.use().versions().includes(handle.version()));
    }

    @Override
    public List<ModuleTraffic> list() {
        return desks.values().stream()
                .filter(desk -> desk.isSpokenOf() || !desk.slots().isEmpty())
                .map(this::traffic)
                .toList();
    }

    @Override
    public ModuleTraffic traffic(String module) {
        Desk desk = desks.get(module);
        return traffic(desk == null ? new Desk(module) : desk);
    }

    private ModuleTraffic traffic(Desk desk) {
        List<String> troubles = new ArrayList<>();
        List<String> absent = absent(desk.module(), desk.route());
        if (!absent.isEmpty()) {
            troubles.add("route '" + desk.route().rule() + "' names " + String.join(", ", absent)
                    + ", which is not ready" + (desk.isConfigured() ? "; 'latest' works meanwhile" : ""));
        }
        troubles.add(desk.trouble());
        troubles.removeIf(String::isEmpty);
        return new ModuleTraffic(
                desk.module(),
                desk.route(),
                desk.isConfigured(),
                desk.isPaused(),
                desk.slots().stream().map(Slot::label).toList(),
                desk.figures(),
                String.join("; ", troubles));
    }

    @Override
    public void route(String module, Route route, Handover handover, Duration time) throws ModuleException {
        long until = System.nanoTime() + time.toNanos();
        Desk desk = spokenOf(module);
        begin(desk, until, "route '" + route.rule() + "'");
        try {
            boolean isGivenBack = route.equals(Route.of(TrafficRule.LATEST));
            Route wanted = isGivenBack ? desk.routeOfConfiguration() : route;
            if (isGivenBack && !absent(module, wanted).isEmpty()) {
                wanted = route;
            }
            new RouteChange(desk, wanted, handover, until, preparers).carryOut(plan(desk, wanted));
            desk.set(isGivenBack ? null : route);
            LOG.info("module={} route is '{}'", module, desk.route().rule());
        } finally {
            desk.endChange();
            lookSoon.run();
        }
    }

    private Map<Slot, Staffing> plan(Desk desk, Route route) throws ModuleException {
        List<String> absent = absent(desk.module(), route);
        if (!absent.isEmpty()) {
            throw new ModuleException("module " + desk.module() + " cannot be routed by '" + route.rule()
                    + "': version " + String.join(", ", absent) + " is not ready; ready are "
                    + modules.versions(desk.module()));
        }
        if (named(route).size() > TrafficRule.VERSIONS_MAX) {
            throw new ModuleException("the route of module " + desk.module() + " names the versions " + named(route)
                    + "; at most " + TrafficRule.VERSIONS_MAX + " live side by side");
        }
        Map<Slot, Staffing> plan = new LinkedHashMap<>();
        for (Slot slot : desk.slots()) {
            Staffing staffing = staff(slot, route);
            for (String version : named(route)) {
                if (find(slot, version).isEmpty()) {
                    throw new ModuleException("stage " + slot.label() + " takes versions "
                            + slot.use().versions() + " of module " + desk.module() + " and cannot follow the route '"
                            + route.rule() + "', which names " + version + "; change the flow's document first");
                }
            }
            if (!staffing.handles().isEmpty()) {
                plan.put(slot, staffing);
            }
        }
        return plan;
    }

    private Desk spokenOf(String module) throws ModuleException {
        try {
            ModuleDescriptor.requireName(module);
        } catch (IllegalArgumentException e) {
            throw new ModuleException(String.valueOf(e.getMessage()), e);
        }
        Desk desk = desk(module);
        if (desks.size() > MODULES_MAX) {
            throw new ModuleException("traffic of " + desks.size() + " modules is spoken of; at most " + MODULES_MAX
                    + " can be, give routes back that are not needed");
        }
        return desk;
    }

    private static void begin(Desk desk, long until, String what) throws ModuleException {
        try {
            if (!desk.beginChange(until)) {
                throw new ModuleException("module " + desk.module() + ": " + what
                        + " is not set, because another change of its traffic did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModuleException("module " + desk.module() + ": " + what + " was interrupted; nothing changed", e);
        }
    }

    @Override
    public void pause(String module, Duration time) throws ModuleException {
        long until = System.nanoTime() + time.toNanos();
        Desk desk = spokenOf(module);
        begin(desk, until, "pause");
        try {
            if (!desk.isPaused()) {
                new Pause(desk, until).carryOut();
                LOG.info("module={} is paused, its stages hold their input", module);
            }
        } finally {
            desk.endChange();
        }
    }

    @Override
    public void resume(String module) {
        Desk desk = desks.get(module);
        if (desk != null && desk.isPaused()) {
            desk.resume();
            LOG.info("module={} is resumed", module);
        }
    }

    /** Puts a configuration in force. Where it is wrong, what was configured before stays. */
    synchronized void configure(TrafficEntries entries) {
        if (!entries.problems().isEmpty()) {
            LOG.warn("pid={}: {}", TrafficConfiguration.PID, String.join("; ", entries.problems()));
        }
        desks.forEach((module, desk) -> {
            if (!entries.modules().containsKey(module)) {
                desk.configure(null, false, "");
            }
        });
        entries.modules().forEach((module, entry) -> {
            Desk desk = desk(module);
            if (entry.problem().isEmpty()) {
                desk.configure(entry.route(), entry.isTagged(), "");
            } else {
                desk.configure(desk.configured(), desk.isTagged(), "configuration: " + entry.problem());
                LOG.warn(
                        "pid={}: {}; the rule '{}' stays",
                        TrafficConfiguration.PID,
                        entry.problem(),
                        desk.routeOfConfiguration().rule());
            }
        });
        lookSoon.run();
    }
}
