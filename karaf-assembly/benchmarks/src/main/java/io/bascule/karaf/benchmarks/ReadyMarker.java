/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/** A bundle of its own, put into both sides of the boot benchmark: makes a file once every bundle is active. */
public final class ReadyMarker implements BundleActivator {

    static final String FILE = "data/ready-marker";
    private static final int LAST_START_LEVEL = 100;

    private final ScheduledExecutorService poller =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "ready-marker"));
    private @Nullable Future<?> polling;

    @Override
    public void start(BundleContext context) {
        Path file = Path.of(System.getProperty("karaf.base", "."), FILE);
        polling = poller.scheduleWithFixedDelay(
                () -> {
                    if (isReady(context)) {
                        try {
                            Files.writeString(file, "ready");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        poller.shutdown();
                    }
                },
                50,
                10,
                TimeUnit.MILLISECONDS);
    }

    private static boolean isReady(BundleContext context) {
        FrameworkStartLevel level =
                context.getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkStartLevel.class);
        if (level.getStartLevel() < LAST_START_LEVEL || !isBootFinished(context)) {
            return false;
        }
        for (Bundle bundle : context.getBundles()) {
            boolean isFragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
            boolean isLazy = bundle.getHeaders().get(Constants.BUNDLE_ACTIVATIONPOLICY) != null;
            if (bundle.getState() != Bundle.ACTIVE
                    && !isFragment
                    && !(isLazy && bundle.getState() == Bundle.STARTING)) {
                return false;
            }
        }
        return true;
    }

    /** Karaf registers a service once the boot features are installed; bundles that it has yet to install are not active. */
    private static boolean isBootFinished(BundleContext context) {
        try {
            return context.getAllServiceReferences("org.apache.karaf.features.BootFinished", null) != null;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter cannot be wrong", e);
        }
    }

    @Override
    public void stop(BundleContext context) {
        if (polling != null) {
            polling.cancel(false);
        }
        poller.shutdownNow();
    }
}
