/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Resolves and refreshes single bundles. Never the whole framework: that would restart what has nothing to do with it. */
final class Refresher {

    private static final Logger LOG = LoggerFactory.getLogger(Refresher.class);

    private final FrameworkWiring wiring;

    Refresher(BundleContext context) {
        FrameworkWiring found = context.getBundle(0).adapt(FrameworkWiring.class);
        if (found == null) {
            throw new IllegalStateException("the system bundle does not adapt to FrameworkWiring");
        }
        this.wiring = found;
    }

    /** Tries to resolve a bundle; returns whether it is resolved now. */
    boolean resolve(Bundle bundle) {
        return wiring.resolveBundles(List.of(bundle));
    }

    /**
     * Lets go of the old revision of a bundle that was updated or removed, when somebody is still wired to it.
     *
     * @throws ModuleException when that does not end in time
     */
    void refresh(Bundle bundle, Duration time) throws ModuleException {
        if (!wiring.getRemovalPendingBundles().contains(bundle)) {
            return;
        }
        Collection<Bundle> restarted = wiring.getDependencyClosure(List.of(bundle));
        if (restarted.size() > 1) {
            LOG.info("Refreshing bundle={} restarts also what is wired to it: {}", bundle.getBundleId(), restarted);
        }
        CountDownLatch done = new CountDownLatch(1);
        wiring.refreshBundles(List.of(bundle), event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                done.countDown();
            }
        });
        try {
            if (!done.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ModuleException(
                        "refreshing bundle " + bundle.getBundleId() + " did not end within " + time.toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModuleException("refreshing bundle " + bundle.getBundleId() + " was interrupted", e);
        }
    }
}
