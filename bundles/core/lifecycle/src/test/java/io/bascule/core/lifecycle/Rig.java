/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.module.traffic.ModuleRouter;
import io.bascule.api.security.Subject;
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

/** A deployment manager in a real framework with an empty cache, over a folder that outlives it. */
final class Rig implements AutoCloseable {

    static final Subject WHO = Subject.operator("ada");
    static final TrialRules SHORT = TrialRules.DEFAULT.lasting(Duration.ofMillis(60));

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
        this.configurations = configurations;
        this.grants = grants;
        this.store = folder.resolve("store");
        this.artefacts = Files.createDirectories(folder.resolve("artefacts"));
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        Files.createTempDirectory(folder, "cache").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        ModuleFixture.systemPackages(),
                        "felix.log.level",
                        "0"));
        framework.start();
        context().registerService(ModuleRouter.class, router, null);
        deployments = new DeploymentService(
                context(),
                new LifecycleLimits(Duration.ofSeconds(2), Duration.ofSeconds(10), 1024 * 1024, 20, 1L << 30, 1000),
                store,
                configurations,
                grants,
                Clock.systemUTC());
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
