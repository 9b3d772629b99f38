/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import io.bascule.api.channel.driver.DriverComponent;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.payload.PayloadFormats;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** One CoAP device. A configuration that is wrong makes no device: activation fails with every problem. */
@Component(
        service = {},
        immediate = true,
        configurationPid = CoapComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        name = CoapComponent.PID)
@Designate(ocd = CoapComponent.Config.class, factory = true)
public final class CoapComponent extends DriverComponent {

    /** Factory PID of the configuration. */
    public static final String PID = "io.bascule.driver.coap";

    /** Word for this driver in device lists. */
    static final String NAME = "coap";

    /** What can be configured. */
    @ObjectClassDefinition(id = PID, name = "Bascule CoAP driver", description = "A device that speaks CoAP over UDP")
    @interface Config {
        /** Name of the device. */
        @AttributeDefinition(name = "Device", description = "Name of the device, unique in the gateway")
        String device() default "";

        /** The device. */
        @AttributeDefinition(name = "Host", description = "Name or address of the device")
        String host() default "";

        /** Its port. */
        @AttributeDefinition(name = "Port", description = "UDP port", min = "1", max = "65535")
        int port() default 5683;

        /** Its channels. */
        @AttributeDefinition(
                name = "Channels",
                description = "Channels separated by semicolons, each NAME=PATH(option=value,...), for example"
                        + " temperature=/sensors/temperature(unit=degC,scan=on-change)")
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
        int scanPeriodMillis() default 5000;

        /** Other periods. */
        @AttributeDefinition(
                name = "Scan groups",
                description =
                        "Periods for channels with the option scan, each NAME=TIME, for example fast=100ms;slow=10s")
        String[] scanGroups() default {};

        /** Time limit of a request. */
        @AttributeDefinition(
                name = "Timeout",
                description = "Time limit of one request with its repetitions. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int timeoutMillis() default 5000;

        /** Repetitions. */
        @AttributeDefinition(
                name = "Acknowledgement timeout",
                description = "A message that is not acknowledged for so long is repeated; doubles. Unit: milliseconds",
                min = "10",
                max = "60000")
        int ackTimeoutMillis() default 1000;

        /** Size limit of an answer. */
        @AttributeDefinition(
                name = "Longest answer",
                description = "Most bytes of an answer, put together from its blocks. Unit: bytes",
                min = "64",
                max = "1048576")
        int answerBytesMax() default 65_536;

        /** How long a channel may say nothing. */
        @AttributeDefinition(
                name = "Stale after",
                description =
                        "Without news for so long, and for two scans, a channel turns uncertain. Unit: milliseconds",
                min = "1",
                max = "86400000")
        int staleAfterMillis() default 30_000;

        /** First wait. */
        @AttributeDefinition(
                name = "Retry, shortest",
                description = "First wait before trying again; doubles each time. Unit: milliseconds",
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
    public CoapComponent(
            @Reference DriverRuntime runtime,
            @Reference PayloadFormats formats,
            Config config,
            Map<String, Object> properties) {
        super(runtime, PID, NAME, properties, settings -> CoapSettings.driver(settings, formats));
    }
}
