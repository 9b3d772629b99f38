/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import io.bascule.api.channel.driver.DriverComponent;
import io.bascule.api.channel.driver.DriverRuntime;
import java.time.InstantSource;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** One simulated device. A configuration that is wrong makes no device: activation fails with every problem. */
@Component(
        service = {},
        immediate = true,
        configurationPid = SimulatorDriver.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        name = SimulatorDriver.PID)
@Designate(ocd = SimulatorDriver.Config.class, factory = true)
public final class SimulatorDriver extends DriverComponent {

    /** Factory PID of the configuration. */
    public static final String PID = "io.bascule.driver.simulator";

    /** Word for this driver in device lists. */
    static final String NAME = "simulator";

    /** What can be configured. */
    @ObjectClassDefinition(
            id = PID,
            name = "Bascule simulator driver",
            description = "A device that does not exist, alike in every run")
    @interface Config {
        /** Name of the device. */
        @AttributeDefinition(name = "Device", description = "Name of the device, unique in the gateway")
        String device() default "";

        /** Its channels. */
        @AttributeDefinition(
                name = "Channels",
                description = "Channels separated by semicolons, each NAME=FUNCTION(...) with sine, ramp, square"
                        + " (period, min, max), noise (mean, deviation), constant (value), counter (start, step) or"
                        + " setpoint (initial, min, max); all take unit and kind")
        String[] channels() default {};

        /** A file with more channels. */
        @AttributeDefinition(
                name = "Channels file",
                description = "CSV file with more channels: columns name, address (the function) and options")
        String channelsFile() default "";

        /** Its faults. */
        @AttributeDefinition(
                name = "Faults",
                description = "Faults separated by semicolons, each bad, spike, timeout, silence or disconnect with"
                        + " (channel, every, for, at, probability); bad takes quality, spike takes add")
        String[] faults() default {};

        /** Seed of chance. */
        @AttributeDefinition(
                name = "Seed",
                description = "Seed of noise and faults; the same seed gives the same run",
                min = "-9223372036854775808",
                max = "9223372036854775807")
        long seed() default 1;

        /** Time between scans. */
        @AttributeDefinition(
                name = "Scan period",
                description = "Time between scans. Unit: milliseconds",
                min = "1",
                max = "86400000")
        int scanPeriodMillis() default 1000;

        /** Other periods. */
        @AttributeDefinition(
                name = "Scan groups",
                description =
                        "Periods for channels with the option scan, each NAME=TIME, for example fast=100ms;slow=10s")
        String[] scanGroups() default {};

        /** How long a channel may say nothing. */
        @AttributeDefinition(
                name = "Stale after",
                description =
                        "Without news for so long, and for two scans, a channel turns uncertain. Unit: milliseconds",
                min = "1",
                max = "86400000")
        int staleAfterMillis() default 10_000;

        /** First wait after a disconnection. */
        @AttributeDefinition(
                name = "Retry, shortest",
                description = "First wait after a simulated disconnection; doubles each time. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int retryMinMillis() default 1000;

        /** Longest wait after a disconnection. */
        @AttributeDefinition(
                name = "Retry, longest",
                description = "The wait doubles up to this. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int retryMaxMillis() default 30_000;

        /** Readings of a channel in a scan. */
        @AttributeDefinition(
                name = "Samples per scan",
                description = "Readings of each channel in one scan, spread evenly over it. Unit: readings",
                min = "1",
                max = "65536")
        int samplesPerScan() default 1;

        /** Load mode. */
        @AttributeDefinition(
                name = "Readings per second",
                description = "0 to scan by the clock; otherwise load mode: so many readings a second in batches of the"
                        + " batch size. Unit: readings per second",
                min = "0",
                max = "100000000")
        int readingsPerSecond() default 0;

        /** Readings in a batch in load mode. */
        @AttributeDefinition(
                name = "Batch size",
                description = "Readings in a batch in load mode. Unit: readings",
                min = "1",
                max = "65536")
        int batchSize() default 256;
    }

    /** Starts the device. */
    @Activate
    public SimulatorDriver(@Reference DriverRuntime runtime, Config config, Map<String, Object> properties) {
        this(runtime, properties, InstantSource.system());
    }

    SimulatorDriver(DriverRuntime runtime, Map<String, Object> properties, InstantSource clock) {
        super(runtime, PID, NAME, properties, s -> new SimulatedDevice(SimulatorSettings.of(s), clock));
    }
}
