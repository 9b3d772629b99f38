/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.World;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentManager;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Preview;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.security.GrantRegistry;
import io.bascule.api.security.Subject;
import io.bascule.core.lifecycle.manifest.ManifestReader;
import io.bascule.core.lifecycle.store.DeploymentStore;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * The deployment manager. What it promises is kept by the parts it is put together from: {@link DeploymentStore} remembers,
 * {@link DeploymentWorker} does one thing at a time, {@link Transaction} goes through the steps, {@link Reconciler} makes the
 * framework hold what was committed.
 */
@Component(service = DeploymentManager.class, configurationPid = LifecycleConfig.PID)
public final class DeploymentService implements DeploymentManager, AutoCloseable {

    private final DeploymentStore store;
    private final Neighbours neighbours;
    private final ModuleServices services;
    private final HealthChecks health;
    private final DeviceHealth devices;
    private final BoundedCalls calls = new BoundedCalls();
    private final DeploymentParts parts;
    private final DeploymentWorker worker;

    /**
     * Opens the store and begins to bring back the committed generation.
     *
     * @throws IOException when the store cannot be opened; says why
     */
    @Activate
    public DeploymentService(
            BundleContext context,
            LifecycleConfig config,
            @Reference ConfigurationAdmin configurations,
            @Reference GrantRegistry grants)
            throws IOException {
        this(context, LifecycleLimits.of(config), folder(context, config.deploymentsFolder()), configurations, grants);
    }

    private DeploymentService(
            BundleContext context,
            LifecycleLimits limits,
            Path folder,
            ConfigurationAdmin configurations,
            GrantRegistry grants)
            throws IOException {
        this(
                context,
                limits,
                DeploymentStore.open(folder, limits.historyMax()),
                folder.resolve("fetched"),
                configurations,
                grants,
                Clock.systemUTC());
    }

    DeploymentService(
            BundleContext context,
            LifecycleLimits limits,
            DeploymentStore store,
            Path fetched,
            ConfigurationAdmin configurations,
            GrantRegistry grants,
            Clock clock) {
        this.store = store;
        this.neighbours = new Neighbours(context, clock);
        this.services = new ModuleServices(context);
        this.health = new HealthChecks(context);
        this.devices = new DeviceHealth(context);
        InstalledModules installed = new InstalledModules(context, services);
        Artefacts artefacts = new Artefacts(fetched, limits);
        artefacts.clear();
        ModuleSettings settings = new ModuleSettings(configurations);
        this.parts = new DeploymentParts(
                store,
                new ManagedBundles(context, installed, artefacts, calls, limits),
                installed,
                services,
                settings,
                new ModuleGrants(grants, settings),
                services::router,
                devices,
                health,
                calls,
                limits,
                clock);
        this.worker = new DeploymentWorker(context, parts, neighbours);
    }

    /** Relative to the gateway's own folder where the container has one; else within the bundle's data. */
    private static Path folder(BundleContext context, String configured) {
        String base = context.getProperty("karaf.base");
        if (base != null || Path.of(configured).isAbsolute()) {
            return Path.of(base == null ? "" : base).resolve(configured);
        }
        File data = context.getDataFile(configured);
        if (data == null) {
            throw new IllegalStateException("the framework has no file area for bundles; set deploymentsFolder in"
                    + " configuration " + LifecycleConfig.PID + " to an absolute path");
        }
        return data.toPath();
    }

    /** Ends what runs: at the next start it counts as not having been. */
    @Deactivate
    @Override
    public void close() throws IOException {
        worker.close();
        calls.close();
        health.close();
        devices.close();
        services.close();
        neighbours.close();
        store.close();
    }

    @Override
    public DeploymentPlan readManifest(String json, String base) throws ModuleException {
        return ManifestReader.read(json, base);
    }

    @Override
    public Preview preview(DeploymentPlan plan) throws ModuleException {
        return worker.preview(wishes(plan));
    }

    @Override
    public long submit(DeploymentPlan plan, Subject who) throws ModuleException {
        return worker.submit(
                plan.name(), who.toString(), () -> wishes(plan), plan.canary(), plan.trial(), plan.restartsMax());
    }

    private static List<Target.Wish> wishes(DeploymentPlan plan) {
        return plan.changes().stream().<Target.Wish>map(Target.Wish.Change::new).toList();
    }

    @Override
    public long rollback(int generation, Subject who) throws ModuleException {
        Generation goal = goal(generation);
        return worker.submit(
                "rollback to generation " + goal.number(),
                who.toString(),
                () -> wishes(goal),
                List.of(),
                TrialRules.DEFAULT.lasting(Duration.ZERO),
                Integer.MAX_VALUE);
    }

    private Generation goal(int generation) throws ModuleException {
        List<Generation> retained = generations();
        int current = current().map(Generation::number).orElse(0);
        Optional<Generation> found = retained.stream()
                .filter(g -> generation == 0 ? g.number() < current : g.number() == generation)
                .findFirst();
        return found.orElseThrow(() -> new ModuleException((generation == 0
                        ? "there is no generation before the current one"
                        : "generation " + generation + " is not retained")
                + "; those that can be returned to: "
                + (retained.isEmpty()
                        ? "none"
                        : retained.stream()
                                .map(g -> Integer.toString(g.number()))
                                .reduce((a, b) -> a + ", " + b)
                                .orElse("none"))));
    }

    /** Asked for when the deployment's turn has come: another one may have changed what is current. */
    private List<Target.Wish> wishes(Generation goal) {
        List<Target.Wish> wishes = new ArrayList<>();
        goal.modules().forEach(module -> wishes.add(new Target.Wish.Restore(module)));
        current().map(Generation::modules).orElse(List.of()).stream()
                .map(GenerationModule::name)
                .filter(name -> goal.find(name).isEmpty())
                .forEach(name -> wishes.add(new Target.Wish.Change(new ModuleChange.Remove(name))));
        return wishes;
    }

    @Override
    public Deployment await(long id, Duration time) throws ModuleException, InterruptedException {
        RunningDeployment running = worker.get(id);
        running.await(time);
        return running.state();
    }

    @Override
    public boolean cancel(long id, Subject who) throws ModuleException {
        return worker.get(id).cancel(who.toString());
    }

    @Override
    public Optional<Deployment> find(long id) {
        return worker.find(id).map(RunningDeployment::state);
    }

    @Override
    public List<Deployment> list() {
        return worker.list();
    }

    @Override
    public Optional<Generation> current() {
        return store.generations().current();
    }

    @Override
    public List<Generation> generations() {
        return store.generations().list();
    }

    @Override
    public List<HistoryEntry> history(int max) throws IOException {
        return store.history().last(max);
    }

    @Override
    public void exportHistory(Appendable out) throws IOException {
        store.history().export(out);
    }

    @Override
    public void pause(String module) throws ModuleException {
        if (requireModule(module).descriptor().world() == World.DRIVER) {
            throw new ModuleException("module '" + module
                    + "' is a driver and has no input to hold; 'bascule:module-stop " + module + "' stops its devices");
        }
        services.router().pause(module, parts.limits().operation());
    }

    @Override
    public void resume(String module) throws ModuleException {
        requireModule(module);
        services.router().resume(module);
    }

    private ModuleIdentity requireModule(String module) throws ModuleException {
        return parts.installed()
                .find(module)
                .orElseThrow(() -> new ModuleException(
                        "there is no module '" + module + "'; 'bascule:module-list' shows those there are"))
                .identity();
    }
}
