/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What an operator can set, PID {@value #PID}. */
@ObjectClassDefinition(
        id = FlowEngineConfig.PID,
        name = "Bascule flow engine",
        description = "Where flow documents are and how flows stop.")
@interface FlowEngineConfig {

    /** The PID. */
    String PID = "io.bascule.flow.engine";

    @AttributeDefinition(
            name = "Folder of flow documents",
            description =
                    "Files *.json in this folder are flows. Empty: the folder flows in Karaf's etc folder, or etc/flows"
                            + " outside Karaf.")
    String flowsDirectory() default "";

    @AttributeDefinition(
            name = "Look interval",
            description = "How often the folder and what flows wait for is looked at, in milliseconds.",
            min = "100",
            max = "60000")
    long pollMillis() default 1000;

    @AttributeDefinition(
            name = "Drain time",
            description =
                    "How long a flow that stops may work off what is queued, in milliseconds; the rest is dropped and"
                            + " counted.",
            min = "0",
            max = "60000")
    long drainMillis() default 5000;

    @AttributeDefinition(
            name = "Release time",
            description = "How long a module that stops waits for its stages to take a snapshot between two batches, in"
                    + " milliseconds.",
            min = "0",
            max = "60000")
    long releaseMillis() default 2000;
}
