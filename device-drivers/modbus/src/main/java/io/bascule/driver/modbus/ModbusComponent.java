/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

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

/** One Modbus device. A configuration that is wrong makes no device: activation fails with every problem. */
@Component(
        service = {},
        immediate = true,
        configurationPid = ModbusComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        name = ModbusComponent.PID)
@Designate(ocd = ModbusComponent.Config.class, factory = true)
public final class ModbusComponent extends DriverComponent {

    /** Factory PID of the configuration. */
    public static final String PID = "io.bascule.driver.modbus";

    /** Word for this driver in device lists. */
    static final String NAME = "modbus";

    /** What can be configured. */
    @ObjectClassDefinition(id = PID, name = "Bascule Modbus driver", description = "A Modbus device, TCP or RTU")
    @interface Config {
        /** Name of the device. */
        @AttributeDefinition(name = "Device", description = "Name of the device, unique in the gateway")
        String device() default "";

        /** TCP or RTU. */
        @AttributeDefinition(
                name = "Transport",
                description = "How the device is reached",
                options = {@Option(label = "TCP", value = "tcp"), @Option(label = "Serial line (RTU)", value = "rtu")})
        String transport() default "tcp";

        /** Other end of TCP. */
        @AttributeDefinition(name = "Host", description = "Name or address of the device; for TCP")
        String host() default "";

        /** Its port. */
        @AttributeDefinition(name = "Port", description = "TCP port", min = "1", max = "65535")
        int port() default 502;

        /** The serial port. */
        @AttributeDefinition(
                name = "Serial port",
                description = "Port of the line, for example /dev/ttyUSB0; for RTU. Devices on one port share it")
        String serialPort() default "";

        /** Speed of the line. */
        @AttributeDefinition(
                name = "Baud",
                description = "Speed of the line. Unit: bits per second",
                min = "50",
                max = "4000000")
        int baud() default 19_200;

        /** Parity. */
        @AttributeDefinition(
                name = "Parity",
                description = "Parity of the line",
                options = {
                    @Option(label = "none", value = "none"),
                    @Option(label = "even", value = "even"),
                    @Option(label = "odd", value = "odd")
                })
        String parity() default "even";

        /** Stop bits. */
        @AttributeDefinition(
                name = "Stop bits",
                description = "Stop bits of the line; 2 without parity",
                min = "1",
                max = "2")
        int stopBits() default 1;

        /** Unit identifier. */
        @AttributeDefinition(
                name = "Unit",
                description = "Unit identifier: 1 to 247 on a serial line, 0 to 255 with TCP",
                min = "0",
                max = "255")
        int unit() default 1;

        /** Its channels. */
        @AttributeDefinition(
                name = "Channels",
                description = "Channels separated by semicolons, each NAME=TABLE:ADDRESS:TYPE(option=value,...), for"
                        + " example temperature=holding:100:float32(unit=degC)")
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
                description = "Time limit of one request, and of connecting. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int timeoutMillis() default 1000;

        /** Repetitions. */
        @AttributeDefinition(
                name = "Retries",
                description = "How often a request is repeated that got no answer before the device counts as away",
                min = "0",
                max = "10")
        int retries() default 1;

        /** Pause between requests. */
        @AttributeDefinition(
                name = "Pause",
                description = "Shortest time between two requests, for slow devices. Unit: milliseconds",
                min = "0",
                max = "60000")
        int pauseMillis() default 0;

        /** Requests on their way. */
        @AttributeDefinition(
                name = "Requests in flight",
                description = "Most requests on their way at once; more than 1 with TCP only. Unit: requests",
                min = "1",
                max = "16")
        int requestsInFlightMax() default 1;

        /** Gaps. */
        @AttributeDefinition(
                name = "Gap",
                description = "Most registers read in vain between two wanted ones of one request. Unit: registers",
                min = "0",
                max = "100")
        int gapMax() default 8;

        /** Registers of a request. */
        @AttributeDefinition(
                name = "Registers per request",
                description = "Most registers of one read, for devices that allow few. Unit: registers",
                min = "1",
                max = "125")
        int registersPerRequestMax() default 125;

        /** Word order. */
        @AttributeDefinition(
                name = "Word order",
                description = "Which register of a number comes first; a channel can say another",
                options = {
                    @Option(label = "high word first", value = "high-first"),
                    @Option(label = "low word first", value = "low-first")
                })
        String wordOrder() default "high-first";

        /** Byte order. */
        @AttributeDefinition(
                name = "Byte order",
                description = "Which byte of a register comes first; a channel can say another",
                options = {
                    @Option(label = "high byte first", value = "high-first"),
                    @Option(label = "low byte first", value = "low-first")
                })
        String byteOrder() default "high-first";

        /** How to write. */
        @AttributeDefinition(
                name = "Write function",
                description =
                        "auto: 5 and 6 for one bit or register, 16 for more; multiple: always 15 and 16; read-write: 23",
                options = {
                    @Option(label = "auto", value = "auto"),
                    @Option(label = "multiple", value = "multiple"),
                    @Option(label = "read-write", value = "read-write")
                })
        String writeFunction() default "auto";

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
                description = "First wait before connecting again; doubles each time. Unit: milliseconds",
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
    public ModbusComponent(
            @Reference DriverRuntime runtime,
            @Reference SerialBuses buses,
            Config config,
            Map<String, Object> properties) {
        super(runtime, PID, NAME, properties, settings -> ModbusSettings.driver(settings, buses));
    }
}
