/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceBrowser;
import io.bascule.api.channel.driver.DriverComponent;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.DriverRuntime;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** One OPC UA server. A configuration that is wrong makes no device: activation fails with every problem. */
@Component(
        service = DeviceBrowser.class,
        immediate = true,
        configurationPid = OpcUaComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        name = OpcUaComponent.PID)
@Designate(ocd = OpcUaComponent.Config.class, factory = true)
public final class OpcUaComponent extends DriverComponent implements DeviceBrowser {

    /** Factory PID of the configuration. */
    public static final String PID = "io.bascule.driver.opcua";

    /** Word for this driver in device lists. */
    static final String NAME = "opcua";

    /** What can be configured. */
    @ObjectClassDefinition(id = PID, name = "Bascule OPC UA driver", description = "An OPC UA server over TCP")
    @interface Config {
        /** Name of the device. */
        @AttributeDefinition(name = "Device", description = "Name of the device, unique in the gateway")
        String device() default "";

        /** Where the server listens. */
        @AttributeDefinition(
                name = "Endpoint",
                description = "Where the server listens, for example opc.tcp://192.168.1.20:4840")
        String endpoint() default "";

        /** Security policy. */
        @AttributeDefinition(
                name = "Security policy",
                description = "How messages are protected. Without, everyone on the network reads and changes them",
                options = {
                    @Option(label = "Basic256Sha256", value = "basic256sha256"),
                    @Option(label = "none", value = "none")
                })
        String securityPolicy() default "basic256sha256";

        /** Security mode. */
        @AttributeDefinition(
                name = "Security mode",
                description = "What is done to messages, with a security policy other than none",
                options = {
                    @Option(label = "sign and encrypt", value = "sign-and-encrypt"),
                    @Option(label = "sign", value = "sign")
                })
        String securityMode() default "sign-and-encrypt";

        /** Host names. */
        @AttributeDefinition(
                name = "Check host name",
                description = "Whether the server's certificate must name the host of the endpoint")
        boolean checkHostname() default true;

        /** User. */
        @AttributeDefinition(name = "User", description = "Who logs on; empty for nobody")
        String user() default "";

        /** Password. */
        @AttributeDefinition(name = "Password", description = "Password of the user", type = AttributeType.PASSWORD)
        String password() default "";

        /** Certificates. */
        @AttributeDefinition(
                name = "Security folder",
                description = "Folder of certificates, relative to the gateway's folder; devices can share it")
        String securityFolder() default "opcua";

        /** Its channels. */
        @AttributeDefinition(
                name = "Channels",
                description = "Channels separated by semicolons, each NAME=\"NODE\"(option=value,...), for example"
                        + " temperature=\"ns=2;s=Line1.Temperature\"(unit=degC)")
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

        /** Subscription. */
        @AttributeDefinition(
                name = "Publishing interval",
                description = "Time between two messages about channels with scan=on-change. Unit: milliseconds",
                min = "10",
                max = "3600000")
        int publishingIntervalMillis() default 500;

        /** Nodes of a request. */
        @AttributeDefinition(
                name = "Nodes per request",
                description = "Most nodes in one request; fewer when the server says so. Unit: nodes",
                min = "1",
                max = "10000")
        int nodesPerRequestMax() default 500;

        /** Time limit of a request. */
        @AttributeDefinition(
                name = "Timeout",
                description = "Time limit of one request, and of connecting as a whole. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int timeoutMillis() default 5000;

        /** How long a channel may say nothing. */
        @AttributeDefinition(
                name = "Stale after",
                description = "Without news for so long, and for two scans, a scanned channel turns uncertain."
                        + " Unit: milliseconds",
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

    private final Browser browser;

    /** Starts the device. */
    @Activate
    public OpcUaComponent(
            @Reference DriverRuntime runtime,
            @Reference ClientThreads threads,
            Config config,
            Map<String, Object> properties) {
        this(runtime, threads, properties, new Browser());
    }

    private OpcUaComponent(
            DriverRuntime runtime, ClientThreads threads, Map<String, Object> properties, Browser browser) {
        super(
                runtime,
                PID,
                NAME,
                properties,
                settings -> new OpcUaDriver(OpcUaSettings.read(settings), threads, browser));
        this.browser = browser;
    }

    @Override
    public String device() {
        return running().figures().device();
    }

    @Override
    public List<Entry> browse(String address, Deadline deadline) throws DriverException, InterruptedException {
        return browser.browse(address, deadline);
    }
}
