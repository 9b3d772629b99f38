/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import java.nio.file.Path;
import java.time.Duration;
import org.osgi.framework.BundleContext;

/**
 * The settings in force.
 *
 * @param folder where flow documents are
 * @param poll how often it is looked at
 * @param drain how long a stopping flow may work off its queues
 * @param release how long a stopping module waits for its stages
 */
record FlowEngineSettings(Path folder, Duration poll, Duration drain, Duration release) {

    private static final long MILLIS_MAX = 60_000;

    /** Reads and checks the configuration. */
    static FlowEngineSettings of(FlowEngineConfig config, BundleContext context) {
        String folder = config.flowsDirectory().strip();
        if (folder.isEmpty()) {
            // Karaf says where its configuration is; elsewhere the working folder has it.
            String etc = context.getProperty("karaf.etc");
            folder = (etc == null ? "etc" : etc) + "/flows";
        }
        return new FlowEngineSettings(
                Path.of(folder),
                inRange("pollMillis", config.pollMillis(), 100),
                inRange("drainMillis", config.drainMillis(), 0),
                inRange("releaseMillis", config.releaseMillis(), 0));
    }

    private static Duration inRange(String key, long value, long min) {
        if (value < min || value > MILLIS_MAX) {
            throw new IllegalArgumentException("configuration " + FlowEngineConfig.PID + ": " + key + " is " + value
                    + "; expected " + min + " to " + MILLIS_MAX);
        }
        return Duration.ofMillis(value);
    }
}
