/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.core.lifecycle.store.Undo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Puts back what the journal says was changed, the last change first. */
final class Restoration {

    private Restoration() {}

    static void run(DeploymentParts parts, List<Undo> undos) throws IOException, ModuleException {
        List<Undo> backwards = new ArrayList<>(undos);
        Collections.reverse(backwards);
        for (Undo undo : backwards) {
            if (undo instanceof Undo.Configuration configuration) {
                parts.settings().set(configuration.pid(), configuration.before());
            } else if (undo instanceof Undo.Grants grants) {
                parts.grants().set(grants.module(), grants.before());
            }
        }
    }
}
