/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import io.bascule.api.channel.driver.DriverComponent;
import io.bascule.api.channel.driver.DriverRuntime;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The pins and buses of this computer as a device. A wrong configuration makes no device: activation fails with every problem. */
@Component(
        service = {},
        immediate = true,
        configurationPid = GpioComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        name = GpioComponent.PID)
@Designate(ocd = GpioComponent.Config.class, factory = true)
public final class GpioComponent extends DriverComponent {

    /** Factory PID of the configuration. */
    public static final String PID = "io.bascule.driver.gpio";

    /** Word for this driver in device lists. */
    static final String NAME = "gpio";

    /** What can be configured. */
    @ObjectClassDefinition(
            id = PID,
            name = "Bascule GPIO driver",
            description = "Pins and buses of this computer: GPIO, PWM, I2C, SPI")
    @interface Config {
        /** Name of the device. */
        @AttributeDefinition(name = "Device", description = "Name of the device, unique in the gateway")
        String device() default "";

        /** The library. */
        @AttributeDefinition(
                name = "Back end",
                description = "What reaches pins and buses; mock has no hardware and keeps everything in memory",
                options = {
                    @Option(label = "Without hardware", value = "mock"),
                    @Option(label = "Pi4J, files of the kernel", value = "pi4j-linuxfs"),
                    @Option(label = "Pi4J, libgpiod", value = "pi4j-gpiod"),
                    @Option(label = "diozero, any Linux", value = "diozero")
                })
        String backend() default "mock";

        /** The chip with the lines. */
        @AttributeDefinition(
                name = "GPIO chip",
                description = "Number of the chip with the lines, as in /dev/gpiochip0; for diozero",
                min = "0",
                max = "255")
        int gpioChip() default 0;

        /** Its channels. */
        @AttributeDefinition(
                name = "Channels",
                description = "Channels separated by semicolons, each NAME=ADDRESS(option=value,...), for example"
                        + " lamp=out:18; button=in:17(pull=up,activeLow=true,debounce=20ms,scan=on-change)")
        String[] channels() default {};

        /** A file with more channels. */
        @AttributeDefinition(
                name = "Channels file",
                description = "CSV file with more channels: columns name, address and options")
        String channelsFile() default "";

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

        /** Time limit of a request. */
        @AttributeDefinition(
                name = "Timeout",
                description = "Time limit of one question to a chip. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int timeoutMillis() default 1000;

        /** How long a channel may say nothing. */
        @AttributeDefinition(
                name = "Stale after",
                description =
                        "Without news for so long, and for two scans, a channel turns uncertain. Unit: milliseconds",
                min = "1",
                max = "86400000")
        int staleAfterMillis() default 10_000;

        /** First wait. */
        @AttributeDefinition(
                name = "Retry, shortest",
                description = "First wait before the back end is opened again; doubles each time. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int retryMinMillis() default 1000;

        /** Longest wait. */
        @AttributeDefinition(
                name = "Retry, longest",
                description = "The wait doubles up to this. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int retryMaxMillis() default 30_000;
    }

    /** Starts the device. */
    @Activate
    public GpioComponent(@Reference DriverRuntime runtime, Config config, Map<String, Object> properties) {
        super(runtime, PID, NAME, properties, GpioSettings::driver);
    }
}
