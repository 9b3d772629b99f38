/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What an operator can set, PID {@value #PID}. */
@ObjectClassDefinition(
        id = LifecycleConfig.PID,
        name = "Bascule module manager",
        description = "Time and size limits for installing, starting and updating modules.")
@interface LifecycleConfig {

    /** The PID. */
    String PID = "io.bascule.lifecycle";

    @AttributeDefinition(
            name = "Time to get ready",
            description = "How long a module may take from its start until it is ready, in milliseconds.",
            min = "100",
            max = "3600000")
    long startTimeoutMillis() default 60_000;

    @AttributeDefinition(
            name = "Time for an operation",
            description =
                    "How long an operation may take without the time to get ready, in milliseconds; also how long it"
                            + " waits for another operation on the same module.",
            min = "100",
            max = "3600000")
    long operationTimeoutMillis() default 60_000;

    @AttributeDefinition(
            name = "Largest artefact",
            description = "Most bytes of a module's artefact.",
            min = "1024",
            max = "1073741824")
    long artefactBytesMax() default 64L * 1024 * 1024;
}
