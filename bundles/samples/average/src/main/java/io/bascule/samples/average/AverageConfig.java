/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.samples.average;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as consoles show them; {@link Average.Settings} reads them. Two underscores stand for one. */
@ObjectClassDefinition(
        name = "Bascule moving average (native)",
        description = "Moving average of each channel, with a high alarm that has hysteresis")
public @interface AverageConfig {

    /** Returns whether it works at all. */
    @AttributeDefinition(name = "Enabled", description = "false passes readings on unchanged and raises no alert")
    boolean enabled() default true;

    /** Returns the sampling rate, Hz. */
    @AttributeDefinition(
            name = "Sampling rate",
            description =
                    "Readings per second and channel that are averaged, in Hz; what comes sooner is counted and left"
                            + " out; 0 takes every reading",
            min = "0",
            max = "1000000")
    double sampling__rate() default 0;

    /** Returns the size of the window, readings. */
    @AttributeDefinition(name = "Window", description = "Number of readings in the average", min = "1", max = "64")
    int window() default 16;

    /** Returns the threshold, in the unit of the channel. */
    @AttributeDefinition(
            name = "Threshold",
            description = "An alert is raised when the average rises above this, in the unit of the channel",
            min = "-1000000000",
            max = "1000000000")
    double threshold() default 100;

    /** Returns the hysteresis, in the unit of the channel. */
    @AttributeDefinition(
            name = "Hysteresis",
            description = "The average must fall this far below the threshold before another alert is raised",
            min = "0",
            max = "1000000000")
    double hysteresis() default 2;

    /** Returns the name of a channel. */
    @AttributeDefinition(
            name = "Output channel",
            description = "Channel name for the averages; empty means the channel they are made from")
    String output() default "";

    /** Returns the number of readings. */
    @AttributeDefinition(
            name = "Report every",
            description =
                    "After so many readings the counts are sent as a message on topic average-native/counts; 0 means"
                            + " never",
            min = "0",
            max = "1000000000")
    int report__every() default 0;
}
