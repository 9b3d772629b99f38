/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.wrap;

import org.apache.felix.fileinstall.ArtifactListener;
import org.apache.felix.fileinstall.ArtifactUrlTransformer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.url.URLStreamHandlerService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the deploy folder take {@code .wasm} files where Felix File Install is present: a new file installs, a changed one
 * updates, a removed one uninstalls. Without File Install this does nothing.
 */
@Component(service = {})
public final class HotDeploy {

    private static final Logger LOG = LoggerFactory.getLogger(HotDeploy.class);

    private final @Nullable ServiceRegistration<?> registration;

    /**
     * Registers the transformer.
     *
     * @param handler waited for, because a file handed over earlier could not be opened
     */
    @Activate
    public HotDeploy(
            BundleContext context, @Reference(target = "(url.handler.protocol=wasm)") URLStreamHandlerService handler) {
        registration = register(context);
    }

    private static @Nullable ServiceRegistration<?> register(BundleContext context) {
        try {
            return Registration.of(context);
        } catch (NoClassDefFoundError e) {
            // The import is optional; without it the classes cannot be loaded.
            LOG.info("Felix File Install is not present: .wasm files are installed by URL only");
            return null;
        }
    }

    /** Takes the transformer away. */
    @Deactivate
    public void deactivate() {
        if (registration != null) {
            registration.unregister();
        }
    }

    /** Keeps File Install's types out of the component's own signatures, which are examined before it is made. */
    private static final class Registration {
        private static ServiceRegistration<?> of(BundleContext context) {
            return context.registerService(
                    new String[] {ArtifactUrlTransformer.class.getName(), ArtifactListener.class.getName()},
                    new WasmArtifactTransformer(),
                    null);
        }
    }
}
