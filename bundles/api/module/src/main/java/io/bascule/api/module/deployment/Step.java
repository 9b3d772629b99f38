/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import java.util.Locale;

/** The steps of a deployment, in this order. Each is bounded in time and written to the journal before it has an effect. */
public enum Step {
    /** Fetch; check digest, size, archive, name, version, dependencies between modules, grants. */
    VERIFY,
    /** Dry run against the framework: is everything there that is needed, and what would be restarted. */
    RESOLVE,
    /** Install and start the new versions beside the old ones; nothing is routed to them. */
    STAGE,
    /** Each new version passes its own test. */
    SELF_TEST,
    /** State is handed over and the new versions are routed, at batch boundaries. */
    SWITCH,
    /** For a set time health decides. */
    TRIAL,
    /** The new generation is written; the old versions end. */
    COMMIT;

    /** Returns the word people read: lower case with a dash, for example {@code self-test}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
