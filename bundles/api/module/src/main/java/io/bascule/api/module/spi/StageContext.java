/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.module.ModuleDescriptor;

/**
 * For whom an instance works.
 *
 * @param owner who asked for it, for logs: {@code flow/stage}, or a person's command
 * @param config the stage's own configuration as a JSON object, laid over the module's; <code>{}</code> when it has none
 * @param output where the instance's outputs go
 */
public record StageContext(String owner, String config, Output output) {

    /** A stage configuration that sets nothing. */
    public static final String NO_CONFIG = "{}";

    /** Returns a context for trying {@code module} out: no configuration, outputs to nowhere. */
    public static StageContext trial(ModuleDescriptor module) {
        return new StageContext("trial/" + module.name(), NO_CONFIG, Output.NOWHERE);
    }
}
