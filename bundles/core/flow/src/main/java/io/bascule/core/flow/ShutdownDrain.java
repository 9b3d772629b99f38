/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Lets flows work off what they accepted before the framework takes their modules away: bundles stop by start level, and
 * modules have a higher one than the engine. The framework's thread waits for it, at most the engine's time to stop.
 */
@Component(
        service = {},
        immediate = true)
public final class ShutdownDrain implements SynchronousBundleListener {

    private final BundleContext context;
    private final DocumentFlowEngine engine;

    /** Watches the framework. */
    @Activate
    public ShutdownDrain(BundleContext context, @Reference DocumentFlowEngine engine) {
        this.context = context;
        this.engine = engine;
        context.addBundleListener(this);
    }

    /** Stops watching. */
    @Deactivate
    void close() {
        context.removeBundleListener(this);
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
            engine.close();
        }
    }
}
