/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.security.Grant;
import io.bascule.api.security.Subject;
import io.bascule.core.lifecycle.store.DeploymentStore;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeConfigurationAdmin;
import io.bascule.testkit.fixture.Flavour;
import io.bascule.testkit.fixture.ModuleFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** A deployment manager in a real framework, over a folder that outlives it. */
final class Rig implements AutoCloseable {

    static final Subject WHO = Subject.operator("ada");
    static final TrialRules SHORT = TrialRules.DEFAULT.lasting(Duration.ofMillis(60));

    static final LifecycleLimits LIMITS =
            new LifecycleLimits(Duration.ofSeconds(2), Duration.ofSeconds(10), 1024 * 1024, 20, 1L << 30, 1000);

    /** Opens the store on a disk that a test chooses. */
    interface Opening {
        DeploymentStore open(Path folder) throws IOException;
    }

    final Framework framework;
    final FakeRouter router = new FakeRouter();
    final FakeConfigurationAdmin configurations;
    final FakeGrants grants;
    final DeploymentService deployments;
    final Path store;
    private final Path artefacts;

    Rig(Path folder) throws Exception {
        this(folder, new FakeConfigurationAdmin(), new FakeGrants());
    }

    Rig(Path folder, FakeConfigurationAdmin configurations, FakeGrants grants) throws Exception {
        this(folder, configurations, grants, LIMITS, Clock.systemUTC(), path -> DeploymentStore.open(path, 1000));
    }

    Rig(
            Path folder,
            FakeConfigurationAdmin configurations,
            FakeGrants grants,
            LifecycleLimits limits,
            Clock clock,
            Opening opening)
            throws Exception {
        this(folder, configurations, grants, limits, clock, opening, Files.createTempDirectory(folder, "cache"));
    }

    Rig(
            Path folder,
            FakeConfigurationAdmin configurations,
            FakeGrants grants,
            LifecycleLimits limits,
            Clock clock,
            Opening opening,
            Path cache)
            throws Exception {
        this.configurations = configurations;
        this.grants = grants;
        this.store = folder.resolve("store");
        this.artefacts = Files.createDirectories(folder.resolve("artefacts"));
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        cache.toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        ModuleFixture.systemPackages(),
                        "felix.log.level",
                        "0"));
        framework.start();
        context().registerService(ModuleRouter.class, router, null);
        deployments = new DeploymentService(
                context(), limits, opening.open(store), store.resolve("fetched"), configurations, grants, clock);
    }

    BundleContext context() {
        return Optional.ofNullable(framework.getBundleContext()).orElseThrow();
    }

    Path artefact(String name, String version, Flavour flavour) throws Exception {
        Path made = ModuleFixture.write(artefacts, ModuleKind.NATIVE, name, version, flavour);
        // The same name and version come in several flavours.
        return Files.move(
                made,
                artefacts.resolve(name + "-" + version + "-" + flavour + ".jar"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    ModuleChange.Put put(String name, String version, Flavour flavour) throws Exception {
        return ModuleChange.Put.from(artefact(name, version, flavour).toUri().toString());
    }

    ModuleChange.Put put(
            String name,
            String version,
            Flavour flavour,
            Optional<Map<String, Object>> configuration,
            Optional<List<Grant>> grants)
            throws Exception {
        String url = artefact(name, version, flavour).toUri().toString();
        return new ModuleChange.Put(name, version, url, "", 0, Map.of(), configuration, grants, Optional.empty());
    }

    DeploymentPlan plan(ModuleChange... changes) {
        return new DeploymentPlan("test", List.of(changes), List.of(), SHORT, 0);
    }

    Deployment deploy(String name, String version, Flavour flavour) throws Exception {
        return run(plan(put(name, version, flavour)));
    }

    Deployment run(DeploymentPlan plan) throws Exception {
        return end(deployments.submit(plan, WHO));
    }

    Deployment end(long id) throws Exception {
        Deployment deployment = deployments.await(id, Await.BOUND);
        if (!deployment.isDone()) {
            throw new AssertionError("still runs: " + deployment);
        }
        return deployment;
    }

    /** Ends the deployment manager once a deployment has ended of itself. */
    void closeAfter(long id) {
        try {
            end(id);
            deployments.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Returns the module bundles that are there, as {@code name@version}, with a star when they are started. */
    List<String> bundles() {
        return Arrays.stream(context().getBundles())
                .filter(bundle -> ModuleIdentity.find(bundle).isPresent())
                .map(bundle -> bundle.getSymbolicName() + "@" + bundle.getVersion()
                        + (bundle.getState() == Bundle.ACTIVE ? "*" : ""))
                .sorted()
                .toList();
    }

    @Override
    public void close() throws IOException, BundleException {
        deployments.close();
        framework.stop();
        try {
            framework.waitForStop(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
