/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.World;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.core.lifecycle.InstalledModules.Installed;
import io.bascule.core.lifecycle.Target.Wish;
import io.bascule.core.lifecycle.store.StoredArtefact;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/**
 * The steps of a deployment that run no code of any module: fetch, compare with what was promised, install without starting,
 * resolve. All problems of a step are found before it fails.
 */
final class Verification {

    private final DeploymentParts parts;
    private final Optional<Generation> current;
    private final List<String> problems = new ArrayList<>();

    Verification(DeploymentParts parts, Optional<Generation> current) {
        this.parts = parts;
        this.current = current;
    }

    /** Returns what was found wrong, and forgets it. */
    List<String> takeProblems() {
        List<String> taken = List.copyOf(problems);
        problems.clear();
        return taken;
    }

    /** Fetches and checks; returns what there is to do, in an order in which nothing comes before what it requires. */
    List<Target> verify(List<Target> wished) {
        List<Target> targets = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<String> devices = new HashSet<>();
        for (Target target : wished) {
            try {
                verify(target);
                if (!names.add(target.name())) {
                    problems.add("module '" + target.name() + "' stands twice in the deployment");
                }
                Target.devicesOf(target.after).stream()
                        .filter(pid -> !devices.add(pid))
                        .forEach(pid -> problems.add(target.name() + ": configuration '" + pid
                                + "' is that of another module's device in this deployment, too"));
                if (!target.isNothing()) {
                    targets.add(target);
                }
            } catch (ModuleException | IllegalArgumentException e) {
                problems.add(target.name() + ": " + e.getMessage());
            } catch (IOException e) {
                problems.add(target.name() + ": the store of deployments fails: " + BundleModuleManager.text(e));
            }
        }
        checkRequirements(targets);
        return problems.isEmpty() ? inOrder(targets) : targets;
    }

    private void verify(Target target) throws ModuleException, IOException {
        if (target.wish instanceof Wish.Restore restore) {
            restore(target, restore.module());
            return;
        }
        ModuleChange change = ((Wish.Change) target.wish).change();
        if (change instanceof ModuleChange.Put put) {
            put(target, put);
        } else {
            look(target, change.name());
            GenerationModule before = target.before;
            if (before == null) {
                throw new ModuleException("no deployment brought module '" + change.name() + "'"
                        + (target.old == null
                                ? "; 'bascule:module-list' shows what there is"
                                : "; it came from '" + target.old.bundle().getLocation() + "': change it there"));
            }
            if (change instanceof ModuleChange.Reconfigure wanted) {
                target.after = with(before, wanted.configuration(), wanted.grants());
                if (target.old != null) {
                    checkDevices(target.after, target.old.identity());
                }
            }
        }
    }

    private void look(Target target, String name) {
        target.before = current.flatMap(generation -> generation.find(name)).orElse(null);
        target.old = target.before == null
                ? parts.bundles().running(name, null)
                : parts.bundles()
                        .find(target.before)
                        .filter(Installed::isStarted)
                        .orElseGet(() -> parts.bundles().running(name, null));
    }

    private void restore(Target target, GenerationModule module) throws IOException, ModuleException {
        look(target, module.name());
        target.after = module;
        target.strategy = module.update();
        if (!target.keepsCode()) {
            target.artefact = parts.store().artefacts().verified(module.digest());
        }
    }

    private void put(Target target, ModuleChange.Put put) throws ModuleException, IOException {
        Path file = parts.bundles().fetch(put.url());
        StoredArtefact stored;
        try (InputStream in = Files.newInputStream(file)) {
            stored = parts.store().artefacts().put(in, parts.limits().artefactBytesMax());
        } finally {
            Artefacts.delete(file);
        }
        if (!put.sha256().isEmpty() && !put.sha256().equals(stored.digest())) {
            throw new ModuleException(
                    "expected sha-256 " + put.sha256() + ", got " + stored.digest() + " from '" + put.url() + "'");
        }
        if (put.size() != 0 && put.size() != stored.size()) {
            throw new ModuleException(
                    "expected " + put.size() + " bytes, got " + stored.size() + " from '" + put.url() + "'");
        }
        ModuleIdentity identity = parts.bundles().identity(stored.path(), put.url());
        if (!put.name().isEmpty() && !put.name().equals(identity.name())) {
            throw new ModuleException(
                    "expected module '" + put.name() + "', got " + identity.full() + " from '" + put.url() + "'");
        }
        if (!put.version().isEmpty() && !Version.parseVersion(put.version()).equals(identity.version())) {
            throw new ModuleException(
                    "expected version " + put.version() + ", got " + identity.version() + " from '" + put.url() + "'");
        }
        look(target, identity.name());
        ModuleDescriptor says = identity.descriptor();
        Optional<GenerationModule> before = Optional.ofNullable(target.before);
        target.strategy = put.update().orElse(says.update());
        if (says.world() == World.DRIVER && target.strategy != UpdateStrategy.STOP_FIRST) {
            throw new ModuleException(
                    identity.full() + " is a driver and owns its devices: two versions cannot run side by"
                            + " side; expected update stop-first, got " + target.strategy.word());
        }
        target.after = new GenerationModule(
                identity.name(),
                identity.version().toString(),
                says.kind(),
                stored.digest(),
                stored.size(),
                put.url(),
                target.strategy,
                put.requires(),
                put.configuration().or(() -> before.flatMap(GenerationModule::configuration)),
                put.grants().or(() -> before.flatMap(GenerationModule::grants)));
        checkDevices(target.after, identity);
        if (!target.keepsCode()) {
            target.artefact = stored.path();
            checkCollision(target, identity);
        }
    }

    /** A deployment sets configurations of the module's own devices, and no others. */
    private void checkDevices(GenerationModule module, ModuleIdentity identity) throws ModuleException, IOException {
        Map<String, Map<String, Object>> devices = ModuleConfiguration.devices(module.configuration());
        for (String pid : devices.keySet()) {
            String factory = identity.devices();
            if (factory.isEmpty()) {
                throw new ModuleException("configuration '" + pid + "' is an object, but " + identity.full()
                        + " has no devices that are configured so; expected a value");
            }
            if (!pid.startsWith(factory + "~")) {
                throw new ModuleException("configuration '" + pid + "' is not of a device of " + identity.full()
                        + "; expected '" + factory + "~NAME'");
            }
        }
        if (!identity.devicesKey().isEmpty()) {
            for (Map.Entry<String, Map<String, Object>> each : devices.entrySet()) {
                checkOwner(each.getKey(), Optional.of(each.getValue()), identity, "says");
                checkOwner(each.getKey(), parts.settings().find(each.getKey()), identity, "is in force and says");
            }
        }
    }

    /** Where modules share a factory, a device says whose it is; it cannot be taken from another module. */
    private static void checkOwner(
            String pid, Optional<Map<String, Object>> settings, ModuleIdentity identity, String what)
            throws ModuleException {
        Object owner = settings.map(values -> values.getOrDefault(identity.devicesKey(), ""))
                .orElse(identity.name());
        if (!owner.toString().strip().equals(identity.name())) {
            throw new ModuleException("configuration '" + pid + "' " + what + " " + identity.devicesKey() + " '" + owner
                    + "'; expected '" + identity.name() + "', or another name behind the tilde");
        }
    }

    private void checkCollision(Target target, ModuleIdentity identity) throws ModuleException {
        Installed old = target.old;
        if (old == null || !old.identity().full().equals(identity.full())) {
            return;
        }
        if (!ManagedBundles.isManaged(old.bundle())) {
            throw new ModuleException(identity.full() + " is installed already from '"
                    + old.bundle().getLocation() + "'; give the new one another version, or update it there");
        }
        // The framework holds a name and version once only, so the old bundle has to make room.
        target.strategy = UpdateStrategy.STOP_FIRST;
    }

    private static GenerationModule with(
            GenerationModule module, Optional<Map<String, Object>> configuration, Optional<List<Grant>> grants) {
        return new GenerationModule(
                module.name(),
                module.version(),
                module.kind(),
                module.digest(),
                module.size(),
                module.url(),
                module.update(),
                module.requires(),
                configuration.or(module::configuration),
                grants.or(module::grants));
    }

    private void checkRequirements(List<Target> targets) {
        Set<String> removed = new HashSet<>();
        targets.stream().filter(Target::isRemoval).forEach(target -> removed.add(target.name()));
        List<GenerationModule> next = new ArrayList<>();
        current.ifPresent(generation -> generation.modules().stream()
                .filter(m -> !removed.contains(m.name())
                        && targets.stream().noneMatch(t -> t.name().equals(m.name())))
                .forEach(next::add));
        targets.stream().map(target -> target.after).filter(Objects::nonNull).forEach(next::add);
        for (GenerationModule module : next) {
            module.requires().forEach((name, range) -> {
                Optional<Version> there = versionOf(name, next, removed);
                if (there.isEmpty()) {
                    problems.add(
                            module.name() + ": requires module '" + name + "' " + range + ", which would not be there");
                } else if (!new VersionRange(range).includes(there.get())) {
                    problems.add(module.name() + ": requires module '" + name + "' " + range
                            + ", which would be there in version " + there.get());
                }
            });
        }
    }

    private Optional<Version> versionOf(String name, List<GenerationModule> next, Set<String> removed) {
        for (GenerationModule module : next) {
            if (module.name().equals(name)) {
                return Optional.of(Version.parseVersion(module.version()));
            }
        }
        Installed other = removed.contains(name) ? null : parts.bundles().running(name, null);
        return Optional.ofNullable(other).map(installed -> installed.identity().version());
    }

    /** What is required comes first; modules that require each other cannot be ordered. */
    private List<Target> inOrder(List<Target> targets) {
        Set<Target> ordered = new LinkedHashSet<>();
        List<Target> left = new ArrayList<>(targets);
        while (!left.isEmpty()) {
            Set<String> waiting = new TreeSet<>();
            left.forEach(target -> waiting.add(target.name()));
            List<Target> free = left.stream()
                    .filter(target -> target.after == null
                            || target.after.requires().keySet().stream()
                                    .noneMatch(name -> waiting.contains(name) && !name.equals(target.name())))
                    .toList();
            if (free.isEmpty()) {
                problems.add("the modules " + String.join(", ", waiting) + " require each other in a circle");
                return targets;
            }
            ordered.addAll(free);
            left.removeAll(free);
        }
        return List.copyOf(ordered);
    }

    /**
     * Installs what is new, without starting it, and looks whether it resolves, whether the modules may do what they import,
     * and what would be restarted.
     *
     * @return the bundles that would be restarted besides the modules, as {@code name version}
     */
    List<String> resolve(List<Target> targets) {
        for (Target target : targets) {
            try {
                resolve(target);
            } catch (ModuleException e) {
                problems.add(target.name() + ": " + e.getMessage());
            }
        }
        Set<Bundle> leaving = new HashSet<>();
        for (Target target : targets) {
            boolean leaves = target.isRemoval() || target.bringsCode();
            if (target.old != null && leaves && ManagedBundles.isManaged(target.old.bundle())) {
                leaving.add(target.old.bundle());
            }
        }
        Set<String> restarts = new TreeSet<>();
        if (!leaving.isEmpty()) {
            for (Bundle bundle : parts.bundles().restartedWith(leaving)) {
                if (targets.stream()
                        .noneMatch(t -> t.fresh != null && t.fresh.bundle().equals(bundle))) {
                    restarts.add(bundle.getSymbolicName() + " " + bundle.getVersion());
                }
            }
        }
        return List.copyOf(restarts);
    }

    private void resolve(Target target) throws ModuleException {
        GenerationModule after = target.after;
        if (after == null || target.artefact == null) {
            return;
        }
        ModuleIdentity identity;
        boolean makesRoom = target.strategy == UpdateStrategy.STOP_FIRST
                && target.oldVersion().filter(after.version()::equals).isPresent();
        if (makesRoom) {
            // It replaces the bundle that has its name and version when that has stopped; here it only shows that it
            // can.
            identity = parts.bundles().identity(target.artefact, after.url());
            parts.bundles().tryResolve(after, target.artefact);
        } else {
            target.fresh = parts.bundles().install(after, target.artefact);
            identity = target.fresh.identity();
            parts.bundles().resolve(target.fresh);
        }
        Set<Capability> lacking = parts.grants()
                .lacking(
                        after.name(),
                        identity.descriptor().capabilities(),
                        target.setsGrants() ? target.grants() : parts.grants().own(after.name()));
        if (!lacking.isEmpty()) {
            throw new ModuleException(identity.full() + " asks for " + ModuleGrants.words(lacking)
                    + ", which it is not granted; grant it with bascule:grant or in the manifest, then deploy again");
        }
    }
}
