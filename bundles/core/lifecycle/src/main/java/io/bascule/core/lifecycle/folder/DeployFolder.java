/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.folder;

import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.module.deployment.DeploymentManager;
import io.bascule.core.lifecycle.LifecycleConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.apache.felix.fileinstall.ArtifactListener;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes files in the deploy folder deployments, where Felix File Install is present and the configuration does not say
 * otherwise. It is there before the deployment manager, so that no file is taken for a plain bundle while that one starts.
 */
@Component(
        service = {},
        configurationPid = LifecycleConfig.PID)
public final class DeployFolder {

    /** Value of {@code deployFolder}: a file is a deployment. */
    static final String DEPLOYMENT = "deployment";

    /** Value of {@code deployFolder}: a module is a plain bundle. */
    static final String BUNDLE = "bundle";

    private static final Logger LOG = LoggerFactory.getLogger(DeployFolder.class);
    private static final Duration REMOVAL_DELAY = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final long TRIAL_SECONDS_MAX = 604_800;

    private final @Nullable Registration registration;

    /** Begins to take files. */
    @Activate
    public DeployFolder(BundleContext context, LifecycleConfig config) {
        registration = isDeployment(config) ? open(context, config) : null;
    }

    private static boolean isDeployment(LifecycleConfig config) {
        String mode = config.deployFolder();
        if (!mode.equals(DEPLOYMENT) && !mode.equals(BUNDLE)) {
            LOG.error(
                    "configuration pid={}: deployFolder is '{}'; expected {} or {}. {} holds until that is mended",
                    LifecycleConfig.PID,
                    mode,
                    DEPLOYMENT,
                    BUNDLE,
                    DEPLOYMENT);
        }
        return !mode.equals(BUNDLE);
    }

    private static @Nullable Registration open(BundleContext context, LifecycleConfig config) {
        long seconds = config.deployFolderTrialSeconds();
        if (seconds < 0 || seconds > TRIAL_SECONDS_MAX) {
            throw new IllegalArgumentException("configuration " + LifecycleConfig.PID + ": deployFolderTrialSeconds is "
                    + seconds + "; expected 0 to " + TRIAL_SECONDS_MAX);
        }
        try {
            return new Registration(context, Duration.ofSeconds(seconds));
        } catch (NoClassDefFoundError e) {
            // The import is optional; without it the classes cannot be loaded.
            LOG.info("Felix File Install is not present: there is no deploy folder");
            return null;
        }
    }

    /** Takes no more files; a deployment that runs goes on. */
    @Deactivate
    public void deactivate() {
        if (registration != null) {
            registration.close();
        }
    }

    /** Keeps File Install's types out of the component's own signatures, which are examined before it is made. */
    private static final class Registration {

        /** Above everyone who takes {@code .wasm} files or jars as bundles. */
        private static final int RANKING = 1000;

        private final ServiceTracker<DeploymentManager, DeploymentManager> managers;
        private final ServiceTracker<AlertRegistry, AlertRegistry> alerts;
        private final FolderWorker worker;
        private final ServiceRegistration<?> service;

        Registration(BundleContext context, Duration trial) {
            FolderRequests requests = new FolderRequests(REMOVAL_DELAY);
            FolderInstaller installer = new FolderInstaller(requests, location -> context.getBundle(location) != null);
            managers = new ServiceTracker<>(context, DeploymentManager.class, null);
            alerts = new ServiceTracker<>(context, AlertRegistry.class, null);
            managers.open();
            alerts.open();
            worker = new FolderWorker(
                    requests,
                    () -> Optional.ofNullable(managers.getService()),
                    () -> Optional.ofNullable(alerts.getService()),
                    trial,
                    PAUSE,
                    Clock.systemUTC());
            service = context.registerService(
                    new String[] {ArtifactInstaller.class.getName(), ArtifactListener.class.getName()},
                    installer,
                    FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_RANKING, RANKING)));
        }

        void close() {
            service.unregister();
            worker.close();
            managers.close();
            alerts.close();
        }
    }
}
