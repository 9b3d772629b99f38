/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.api.module.traffic.VersionTraffic;
import io.bascule.core.flow.traffic.VersionFigures;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;

/**
 * What holds for all stages that name a module: its route, whether it is paused, and what its versions did. Made with the
 * first stage or word about the module, and kept. Safe for use by any thread.
 */
final class Desk {

    /** Versions whose figures are kept; those that went longest ago are forgotten. */
    private static final int FIGURES_MAX = 4 * TrafficRule.VERSIONS_MAX;

    private final String module;

    /** In the order in which they were opened: within a flow, senders before receivers. */
    private final List<Slot> slots = new CopyOnWriteArrayList<>();

    private final Map<Version, VersionFigures> figures = new ConcurrentSkipListMap<>();
    private final Semaphore changing = new Semaphore(1, true);

    /** Odd while a change is under way; what was planned before one must not be carried out after it. */
    private final AtomicLong epoch = new AtomicLong();

    private volatile @Nullable Route set;
    private volatile @Nullable Route configured;
    private volatile boolean isTagged;
    private volatile boolean isPaused;
    private volatile String configurationTrouble = "";

    Desk(String module) {
        this.module = module;
    }

    String module() {
        return module;
    }

    synchronized void add(Slot slot) {
        slots.add(slot);
        slot.setPaused(isPaused);
    }

    void remove(Slot slot) {
        slots.remove(slot);
    }

    /** Returns the stages that name the module. */
    List<Slot> slots() {
        return List.copyOf(slots);
    }

    /** Begins a change if none is under way until then; whoever gets true ends it. */
    boolean beginChange(long untilNanos) throws InterruptedException {
        if (!changing.tryAcquire(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS)) {
            return false;
        }
        epoch.incrementAndGet();
        return true;
    }

    void endChange() {
        epoch.incrementAndGet();
        changing.release();
    }

    long epoch() {
        return epoch.get();
    }

    boolean isChanging() {
        return (epoch.get() & 1) != 0;
    }

    /** Returns the route in force: set by a deployment, else by configuration, else the one of everyday. */
    Route route() {
        Route now = set;
        return now == null ? routeOfConfiguration() : now;
    }

    Route routeOfConfiguration() {
        Route now = configured;
        return now == null ? Route.of(TrafficRule.LATEST) : now;
    }

    boolean isConfigured() {
        return set == null && configured != null;
    }

    /** Returns whether a deployment decides. */
    boolean isSet() {
        return set != null;
    }

    void set(@Nullable Route route) {
        set = route;
    }

    /** Returns whether somebody said something about the module. */
    boolean isSpokenOf() {
        return set != null || configured != null || isPaused || isTagged || !configurationTrouble.isEmpty();
    }

    void configure(@Nullable Route route, boolean isTaggedNow, String trouble) {
        configured = route;
        isTagged = isTaggedNow;
        configurationTrouble = trouble;
    }

    @Nullable
    Route configured() {
        return configured;
    }

    String configurationTrouble() {
        return configurationTrouble;
    }

    boolean isTagged() {
        return isTagged;
    }

    boolean isPaused() {
        return isPaused;
    }

    /** Lets stages that come from now on stand; those that are there are told one by one. */
    synchronized void pause() {
        isPaused = true;
    }

    /** Lets all stages go on. */
    synchronized void resume() {
        isPaused = false;
        for (Slot slot : slots) {
            slot.setPaused(false);
            slot.wake();
        }
    }

    /** Returns the figures of a version, to count in. */
    VersionFigures figures(Version version) {
        VersionFigures found = figures.computeIfAbsent(version, v -> new VersionFigures(v.toString()));
        if (figures.size() > FIGURES_MAX) {
            Set<Version> named = named();
            figures.entrySet()
                    .removeIf(entry -> figures.size() > FIGURES_MAX
                            && !entry.getKey().equals(version)
                            && !named.contains(entry.getKey())
                            && !entry.getValue().isLive());
        }
        return found;
    }

    private Set<Version> named() {
        Set<Version> named = new HashSet<>();
        Route now = route();
        now.rule().versions().forEach(text -> named.add(Version.parseVersion(text)));
        now.standby().forEach(text -> named.add(Version.parseVersion(text)));
        return named;
    }

    /** Returns the figures of the versions that live or that the route names, in order. */
    List<VersionTraffic> figures() {
        Set<Version> named = named();
        List<VersionTraffic> read = new ArrayList<>();
        figures.forEach((version, of) -> {
            if (of.isLive() || named.contains(version)) {
                read.add(of.read());
            }
        });
        return read;
    }

    /** Returns what is not as it should be. */
    String trouble() {
        List<String> troubles = new ArrayList<>();
        Optional.of(configurationTrouble).filter(text -> !text.isEmpty()).ifPresent(troubles::add);
        for (Slot slot : slots) {
            Optional.of(slot.trouble())
                    .filter(text -> !text.isEmpty())
                    .ifPresent(text -> troubles.add("stage " + slot.label() + ": " + text));
        }
        return String.join("; ", troubles);
    }
}
