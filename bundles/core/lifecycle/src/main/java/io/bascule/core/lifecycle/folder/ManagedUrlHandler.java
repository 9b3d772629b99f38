/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.folder;

import java.io.IOException;
import java.net.URL;
import java.net.URLConnection;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.url.AbstractURLStreamHandlerService;
import org.osgi.service.url.URLConstants;
import org.osgi.service.url.URLStreamHandlerService;

/**
 * Says why a bundle that a deployment brought is not updated from its own location, which is what {@code bundle:update}
 * without a URL asks for: that location is a name, there is nothing newer behind it. Safe for use by any thread.
 */
@Component(
        service = URLStreamHandlerService.class,
        property = URLConstants.URL_HANDLER_PROTOCOL + "=" + ManagedUrlHandler.PROTOCOL)
public final class ManagedUrlHandler extends AbstractURLStreamHandlerService {

    /** The protocol: locations are {@code bascule:name/version/digest}. */
    static final String PROTOCOL = "bascule";

    @Override
    public URLConnection openConnection(URL url) throws IOException {
        String name = url.toExternalForm().substring(PROTOCOL.length() + 1);
        int slash = name.indexOf('/');
        throw new IOException(
                "module '" + (slash < 0 ? name : name.substring(0, slash))
                        + "' is managed by deployments, which keep it as it is; use 'bascule:deploy URL' to update it,"
                        + " 'bascule:deploy --remove NAME' to remove it or 'bascule:rollback' to return to the generation before");
    }
}
