/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Step;
import io.bascule.core.lifecycle.store.DeploymentStore;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeConfigurationAdmin;
import io.bascule.testkit.fixture.Flavour;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** Felix Health Checks tagged with a module's name have their say in its trial; a gateway without them does without. */
class HealthCheckTrialTest {

    private static final Duration OPERATION = Duration.ofMillis(700);

    @TempDir
    Path folder;

    private final CountDownLatch end = new CountDownLatch(1);
    private volatile Result says = new Result(Result.Status.OK, "3 bar");
    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        LifecycleLimits limits = new LifecycleLimits(Duration.ofSeconds(5), OPERATION, 1 << 20, 20, 1L << 30, 1000);
        rig = new Rig(
                folder,
                new FakeConfigurationAdmin(),
                new FakeGrants(),
                limits,
                Clock.systemUTC(),
                path -> DeploymentStore.open(path, 1000));
        rig.deploy("press", "1.0.0", Flavour.GOOD);
    }

    @AfterEach
    void stop() throws Exception {
        end.countDown();
        rig.close();
    }

    private void check(String tag, HealthCheck check) {
        rig.context()
                .registerService(
                        HealthCheck.class,
                        check,
                        FrameworkUtil.asDictionary(
                                Map.of("hc.name", "oil pressure", "hc.tags", new String[] {"line1", tag})));
    }

    private long submitLongTrial() throws Exception {
        return rig.deployments.submit(
                rig.plan(rig.put("press", "1.1.0", Flavour.NEXT)).trialLasting(Duration.ofHours(1)), Rig.WHO);
    }

    private void assertRolledBack(Deployment done, String... words) {
        assertEquals(Optional.of(Outcome.ROLLED_BACK), done.outcome(), done.reason());
        assertEquals(Step.TRIAL, done.step());
        for (String word : words) {
            assertTrue(done.reason().contains(word), "'" + word + "' is not in: " + done.reason());
        }
        assertEquals(List.of("press@1.0.0*"), rig.bundles());
        assertEquals(1, rig.deployments.current().orElseThrow().number());
    }

    @Test
    void aCheckThatTurnsCriticalInTheTrialRollsBack() throws Exception {
        check("press", () -> says);
        long id = submitLongTrial();
        Await.until("the trial", () -> rig.deployments.find(id).orElseThrow().step() == Step.TRIAL);

        says = new Result(Result.Status.CRITICAL, "expected 2 to 4 bar, got 12");

        assertRolledBack(
                rig.end(id),
                "press: health check 'oil pressure': expected OK, got CRITICAL: expected 2 to 4 bar, got 12");
    }

    @Test
    void aCheckThatFailsItselfRollsBack() throws Exception {
        check("press", () -> {
            throw new IllegalStateException("no sensor");
        });

        assertRolledBack(rig.deploy("press", "1.1.0", Flavour.NEXT), "'oil pressure'", "no sensor");
    }

    @Test
    void aWarningAndTheTroubleOfOthersAreNoReason() throws Exception {
        check("press", () -> new Result(Result.Status.WARN, "3.9 bar"));
        check("oven", () -> new Result(Result.Status.CRITICAL, "out of fuel"));

        Deployment done = rig.deploy("press", "1.1.0", Flavour.NEXT);

        assertEquals(Optional.of(Outcome.COMMITTED), done.outcome(), done.reason());
    }

    @Test
    void aNewConfigurationIsWatchedToo() throws Exception {
        check("press", () -> new Result(Result.Status.CRITICAL, "12 bar"));
        ModuleChange change = new ModuleChange.Reconfigure("press", Optional.of(Map.of("note", "7")), Optional.empty());

        assertRolledBack(rig.run(rig.plan(change)), "12 bar");

        assertEquals(Map.of(), rig.configurations.stored("press"));
    }

    @Test
    void aCheckThatHangsIsGivenUpInItsTimeAndCountsAgainstTheModule() throws Exception {
        check("press", this::hang);
        long before = System.nanoTime();

        Deployment done = rig.end(submitLongTrial());

        assertRolledBack(done, "the health check of press did not end within " + OPERATION.toMillis() + " ms");
        Duration took = Duration.ofNanos(System.nanoTime() - before);
        assertTrue(took.compareTo(Duration.ofSeconds(20)) < 0, "took " + took);
    }

    @Test
    void aFaultIsSeenWhileACheckHangs() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        check("press", () -> {
            hangs.countDown();
            return hang();
        });
        long id = submitLongTrial();
        hangs.await();

        rig.router.says("press", "1.1.0", 50, 1, 1000, 5000);

        assertRolledBack(rig.end(id), "press: expected at most 0 failed calls, got 1");
    }

    private Result hang() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new Result(Result.Status.OK, "late");
    }

    @Test
    void withoutTheHealthCheckPackageNobodyIsAsked() throws Exception {
        ClassLoader without = new WithoutHealthChecks(HealthChecks.class.getClassLoader());
        Class<?> type = Class.forName(HealthChecks.class.getName(), true, without);
        assertThrows(ClassNotFoundException.class, () -> without.loadClass(HealthCheck.class.getName()));
        Constructor<?> constructor = type.getDeclaredConstructor(BundleContext.class);
        constructor.setAccessible(true);
        Object checks = constructor.newInstance(rig.context());
        Method find = type.getDeclaredMethod("findTrouble", String.class);
        find.setAccessible(true);

        assertEquals(Optional.empty(), find.invoke(checks, "press"));

        Method close = type.getDeclaredMethod("close");
        close.setAccessible(true);
        close.invoke(checks);
    }

    /** Loads the bundle's classes itself and finds no health checks, as a framework without their bundles. */
    private static final class WithoutHealthChecks extends ClassLoader {

        WithoutHealthChecks(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.apache.felix.hc.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.bascule.core.lifecycle.Health")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
