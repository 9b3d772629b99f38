/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.store;

import io.bascule.api.store.ReadingStore;
import io.bascule.api.store.StoreException;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Completes the name of a channel that there are readings of. */
@Service
public final class StoredChannels implements Completer {

    @Reference(optional = true)
    @Nullable
    BundleContext context;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        return new StringsCompleter(names()).complete(session, line, candidates);
    }

    private List<String> names() {
        BundleContext bundle = context;
        ServiceReference<ReadingStore> reference =
                bundle == null ? null : bundle.getServiceReference(ReadingStore.class);
        ReadingStore store = bundle == null || reference == null ? null : bundle.getService(reference);
        if (bundle == null || reference == null || store == null) {
            return List.of();
        }
        try {
            return store.channels();
        } catch (StoreException e) {
            // Who completes a word is not helped by a reason; the command itself says it.
            return List.of();
        } finally {
            bundle.ungetService(reference);
        }
    }
}
