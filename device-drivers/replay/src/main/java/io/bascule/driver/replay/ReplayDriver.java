/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import io.bascule.api.channel.ChannelRegistry;
import java.time.InstantSource;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** One device that replays one file. A configuration that is wrong makes no device: activation fails with every problem. */
@Component(
        service = {},
        immediate = true,
        configurationPid = ReplayDriver.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        name = ReplayDriver.PID)
@Designate(ocd = ReplayDriver.Config.class, factory = true)
public final class ReplayDriver {

    /** Factory PID of the configuration. */
    public static final String PID = "io.bascule.driver.replay";

    /** Word for this driver in device lists. */
    static final String NAME = "replay";

    /** What can be configured. */
    @ObjectClassDefinition(id = PID, name = "Bascule replay driver", description = "Replays a CSV file as a device")
    @interface Config {
        /** Name of the device. */
        @AttributeDefinition(name = "Device", description = "Name of the device, unique in the gateway")
        String device() default "";

        /** The file. */
        @AttributeDefinition(
                name = "File",
                description = "Path of the CSV file with a header line, UTF-8; relative to the working directory")
        String file() default "";

        /** What separates cells. */
        @AttributeDefinition(name = "Delimiter", description = "The character between cells, or the word tab")
        String delimiter() default ",";

        /** Where the time is. */
        @AttributeDefinition(name = "Timestamp column", description = "Name of the column that holds the source time")
        String timestampColumn() default "timestamp";

        /** How the time is written. */
        @AttributeDefinition(
                name = "Timestamp format",
                description = "auto, iso, datetime (yyyy-MM-dd HH:mm:ss as UTC), epoch-s, epoch-ms or a Java date-time"
                        + " pattern")
        String timestampFormat() default "auto";

        /** What is replayed. */
        @AttributeDefinition(
                name = "Columns",
                description = "Columns to replay, separated by semicolons, each COLUMN=CHANNEL(unit=degC,kind=f64);"
                        + " channels are within the device; empty for every column")
        String[] columns() default {};

        /** How fast. */
        @AttributeDefinition(
                name = "Speed",
                description = "Seconds of the recording in one second; 0 for as fast as the flow takes it. Unit: 1",
                min = "0",
                max = "1000000")
        double speed() default 1;

        /** How often. */
        @AttributeDefinition(
                name = "Loops",
                description = "How often the file is replayed; 0 for ever",
                min = "0",
                max = "1000000000")
        int loops() default 1;

        /** Which source times. */
        @AttributeDefinition(
                name = "Shift to now",
                description =
                        "Whether source times are moved so that the recording begins now; otherwise they are those"
                                + " of the file")
        boolean shiftToNow() default false;

        /** Readings in a batch. */
        @AttributeDefinition(
                name = "Batch size",
                description = "Most readings published at once. Unit: readings",
                min = "1",
                max = "65536")
        int batchSize() default 256;

        /** Whether it waits. */
        @AttributeDefinition(
                name = "Wait for subscriber",
                description =
                        "Whether the replay begins only when something subscribes to a channel of the device, so that"
                                + " a flow that starts later misses nothing")
        boolean waitForSubscriber() default true;

        /** Bad rows in the log. */
        @AttributeDefinition(
                name = "Bad rows shown",
                description = "How many bad rows of each pass are logged with line and reason; all are counted",
                min = "0",
                max = "1000")
        int badRowsShown() default 10;

        /** Longest record. */
        @AttributeDefinition(
                name = "Record length",
                description = "Longest record of the file. Unit: characters",
                min = "64",
                max = "1048576")
        int recordCharsMax() default 65_536;

        /** First wait. */
        @AttributeDefinition(
                name = "Retry, shortest",
                description = "Wait before the file is tried again for the first time. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int retryMinMillis() default 1000;

        /** Longest wait. */
        @AttributeDefinition(
                name = "Retry, longest",
                description = "The wait doubles up to this. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int retryMaxMillis() default 60_000;
    }

    private final ReplayRun run;

    /** Opens the device and starts to replay. */
    @Activate
    public ReplayDriver(@Reference ChannelRegistry channels, Config config) {
        this(channels, config, InstantSource.system());
    }

    ReplayDriver(ChannelRegistry channels, Config config, InstantSource clock) {
        run = new ReplayRun(channels, ReplaySettings.of(config), clock);
        run.start();
    }

    /** Stops replaying and closes the device, within two seconds. */
    @Deactivate
    void deactivate() {
        run.stop();
    }
}
