/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.traffic.VersionTraffic;
import io.bascule.api.security.Grant;
import io.bascule.core.lifecycle.InstalledModules.Installed;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One module in a deployment: what is wished, and what is known of it so far. Only the deployment's thread touches it. The
 * marks say what has been done, so that it can be undone.
 */
final class Target {

    /** What is to happen to the module. */
    sealed interface Wish {
        /** A change that somebody asked for. */
        record Change(ModuleChange change) implements Wish {}

        /** What an earlier generation held. */
        record Restore(GenerationModule module) implements Wish {}
    }

    final Wish wish;

    /** What the generation before holds of it. */
    @Nullable
    GenerationModule before;

    /** What the next generation is to hold; null when the module is removed. */
    @Nullable
    GenerationModule after;

    /** The artefact in the store; null when there is nothing to install. */
    @Nullable
    Path artefact;

    /** What runs under the name when the deployment begins, whoever brought it. */
    @Nullable
    Installed old;

    /** What the deployment brings. */
    @Nullable
    Installed fresh;

    UpdateStrategy strategy = UpdateStrategy.SIDE_BY_SIDE;

    /** What the old version had done when the new one was routed. */
    @Nullable
    VersionTraffic oldTraffic;

    /** The grants before they were changed. */
    List<Grant> grantsBefore = List.of();

    /** The module's own configuration before it was changed. */
    Optional<Map<String, Object>> configurationBefore = Optional.empty();

    /** Configurations of devices before they were changed. */
    final Map<String, Optional<Map<String, Object>>> devicesBefore = new TreeMap<>();

    /** The devices that answered before the change and are meant to do so after it. */
    Set<String> devices = Set.of();

    boolean isPinned;
    boolean isRouted;
    boolean isOldStopped;
    boolean isOldReplaced;
    boolean isConfigured;
    boolean isTargeted;
    boolean isGranted;

    Target(Wish wish) {
        this.wish = wish;
    }

    String name() {
        if (after != null) {
            return after.name();
        }
        if (wish instanceof Wish.Restore restore) {
            return restore.module().name();
        }
        ModuleChange change = ((Wish.Change) wish).change();
        if (change instanceof ModuleChange.Put put && put.name().isEmpty()) {
            return put.url();
        }
        return change.name();
    }

    boolean isRemoval() {
        return wish instanceof Wish.Change change && change.change() instanceof ModuleChange.Remove;
    }

    /** Whether new code comes, not just another configuration. */
    boolean bringsCode() {
        return artefact != null;
    }

    /** Whether the module is as wished already. */
    boolean isNothing() {
        return after != null && before != null && isSame(before, after);
    }

    private static boolean isSame(GenerationModule one, GenerationModule other) {
        return one.digest().equals(other.digest())
                && one.configuration().equals(other.configuration())
                && one.grants().equals(other.grants())
                && one.requires().equals(other.requires())
                && one.update() == other.update();
    }

    /** Whether only configuration or grants change: the code that runs is that of the generation before. */
    boolean keepsCode() {
        return after != null && before != null && before.digest().equals(after.digest());
    }

    /** Whether the module's own configuration becomes what {@link #configuration()} says; otherwise it stays, whoever set it. */
    boolean setsConfiguration() {
        return configuration().isPresent()
                || ModuleConfiguration.own(configurationOf(before)).isPresent();
    }

    /** What the next generation says of the module itself; empty where the one before said something: then it goes with it. */
    Optional<Map<String, Object>> configuration() {
        return ModuleConfiguration.own(configurationOf(after));
    }

    private static Optional<Map<String, Object>> configurationOf(@Nullable GenerationModule module) {
        return module == null ? Optional.empty() : module.configuration();
    }

    /** Returns the PIDs of the configurations of devices that a module brings. */
    static Set<String> devicesOf(@Nullable GenerationModule module) {
        return ModuleConfiguration.devices(configurationOf(module)).keySet();
    }

    /** What the configurations of devices become, by PID; those that neither generation holds are not among them. */
    Map<String, Optional<Map<String, Object>>> deviceChanges() {
        return ModuleConfiguration.deviceChanges(configurationOf(before), configurationOf(after));
    }

    /** Whether the module's own grants become what {@link #grants()} says; otherwise they stay, whoever gave them. */
    boolean setsGrants() {
        return (after != null && after.grants().isPresent())
                || (before != null && before.grants().isPresent());
    }

    /** What the next generation says; none where only the one before said something. */
    List<Grant> grants() {
        return after == null ? List.of() : after.grants().orElse(List.of());
    }

    ModuleStep step() {
        Installed was = old;
        GenerationModule next = after;
        return new ModuleStep(
                name(),
                was == null ? "" : was.identity().version().toString(),
                next == null ? "" : next.version(),
                next == null ? "" : next.digest());
    }

    /** Returns the version that runs at the beginning; empty when none does. */
    Optional<String> oldVersion() {
        return Optional.ofNullable(old).map(was -> was.identity().version().toString());
    }
}
