/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What an operator can set, PID {@value #PID}. */
@ObjectClassDefinition(
        id = LifecycleConfig.PID,
        name = "Bascule module manager",
        description = "Time and size limits for installing, starting and updating modules.")
public @interface LifecycleConfig {

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

    @AttributeDefinition(
            name = "Folder of deployments",
            description =
                    "Where artefacts, generations, journal and history of deployments are kept; a path, relative to the"
                            + " gateway's folder. Keep it on storage that survives: it is the truth about what runs.")
    String deploymentsFolder() default "deployments";

    @AttributeDefinition(
            name = "Retained generations",
            description = "How many generations can be returned to; the current one and the one before it always can.",
            min = "2",
            max = "1000")
    int generationsMax() default 20;

    @AttributeDefinition(
            name = "Bytes of retained artefacts",
            description = "Most bytes that artefacts of retained generations take; older generations go first.",
            min = "1048576",
            max = "1099511627776")
    long artefactsBytesMax() default 1024L * 1024 * 1024;

    @AttributeDefinition(
            name = "History entries",
            description = "How many ended deployments are remembered; the oldest are forgotten first.",
            min = "100",
            max = "1000000")
    int historyMax() default 10_000;

    @AttributeDefinition(
            name = "Deploy folder",
            description = "What a module in the deploy folder is: 'deployment', with trial, history and rollback, or"
                    + " 'bundle', a plain bundle.")
    String deployFolder() default "deployment";

    @AttributeDefinition(
            name = "Trial in the deploy folder",
            description =
                    "How long the trial of a module lasts that came with the deploy folder, in seconds; 0 for none.",
            min = "0",
            max = "604800")
    long deployFolderTrialSeconds() default 5;
}
