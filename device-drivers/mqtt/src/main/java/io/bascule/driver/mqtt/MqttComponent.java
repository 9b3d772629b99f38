/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.driver.DriverComponent;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.payload.PayloadFormats;
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

/** One device behind an MQTT broker. A configuration that is wrong makes no device: activation fails with every problem. */
@Component(
        service = {},
        immediate = true,
        configurationPid = MqttComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        name = MqttComponent.PID)
@Designate(ocd = MqttComponent.Config.class, factory = true)
public final class MqttComponent extends DriverComponent {

    /** Factory PID of the configuration. */
    public static final String PID = "io.bascule.driver.mqtt";

    /** Word for this driver in device lists. */
    static final String NAME = "mqtt";

    /** What can be configured. */
    @ObjectClassDefinition(
            id = PID,
            name = "Bascule MQTT driver",
            description = "A device that speaks MQTT through a broker")
    @interface Config {
        /** Name of the device. */
        @AttributeDefinition(name = "Device", description = "Name of the device, unique in the gateway")
        String device() default "";

        /** The broker. */
        @AttributeDefinition(
                name = "Broker",
                description = "Address of the broker: tcp://HOST:PORT, or ssl://HOST:PORT with TLS")
        String broker() default "";

        /** Who we are. */
        @AttributeDefinition(
                name = "Client identifier",
                description = "Name for the broker; empty for bascule-, the device and a random part")
        String clientId() default "";

        /** User. */
        @AttributeDefinition(name = "User", description = "Name for the broker; empty for none")
        String user() default "";

        /** Its password. */
        @AttributeDefinition(
                name = "Password",
                description = "Password of the user; {file:PATH} and {env:NAME} stand for a secret",
                type = AttributeType.PASSWORD)
        String password() default "";

        /** Certificates. */
        @AttributeDefinition(
                name = "CA file",
                description = "PEM file with the certificates to trust; empty for those of the JDK")
        String caFile() default "";

        /** Own key. */
        @AttributeDefinition(
                name = "Key store",
                description = "PKCS #12 file with the key and certificate to present; empty for none")
        String keyStore() default "";

        /** Password of the key store. */
        @AttributeDefinition(
                name = "Key store password",
                description = "Password of the key store; {file:PATH} and {env:NAME} stand for a secret",
                type = AttributeType.PASSWORD)
        String keyStorePassword() default "";

        /** Its channels. */
        @AttributeDefinition(
                name = "Channels",
                description = "Channels separated by semicolons, each NAME=TOPIC(option=value,...), for example"
                        + " temperature=plant/boiler/state(pointer=/temperature,unit=degC)")
        String[] channels() default {};

        /** A file with more channels. */
        @AttributeDefinition(
                name = "Channels file",
                description = "CSV file with more channels: columns name, address and options")
        String channelsFile() default "";

        /** Quality of service. */
        @AttributeDefinition(
                name = "Quality of service",
                description = "Of subscriptions, unless a channel says another",
                min = "0",
                max = "2")
        int qos() default 1;

        /** Where the device says whether it is there. */
        @AttributeDefinition(
                name = "State topic",
                description = "Topic of the device's last will: tells whether it is there; empty for none")
        String stateTopic() default "";

        /** Where in the message. */
        @AttributeDefinition(
                name = "State pointer",
                description = "JSON pointer to the word in messages of the state topic; empty for the whole message")
        String statePointer() default "";

        /** The word for there. */
        @AttributeDefinition(name = "Online", description = "Word that says the device is there")
        String stateOnline() default "online";

        /** The word for away. */
        @AttributeDefinition(name = "Offline", description = "Word that says the device is away")
        String stateOffline() default "offline";

        /** Old messages. */
        @AttributeDefinition(
                name = "Retained",
                description = "What a message is worth that the broker had kept",
                options = {
                    @Option(label = "as good as others", value = "accept"),
                    @Option(label = "uncertain", value = "uncertain"),
                    @Option(label = "nothing", value = "ignore")
                })
        String retained() default "accept";

        /** Test of the line. */
        @AttributeDefinition(
                name = "Keep alive",
                description = "A line that is quiet for so long is tested. Unit: seconds",
                min = "1",
                max = "3600")
        int keepAliveSeconds() default 30;

        /** Time between scans. */
        @AttributeDefinition(
                name = "Scan period",
                description = "Time between looks at what has come. Unit: milliseconds",
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
                description = "Time limit of connecting, subscribing and publishing. Unit: milliseconds",
                min = "500",
                max = "3600000")
        int timeoutMillis() default 5000;

        /** Size limit of a message. */
        @AttributeDefinition(
                name = "Longest message",
                description = "Most bytes of a message that is read. Unit: bytes",
                min = "1",
                max = "67108864")
        int payloadBytesMax() default 1_048_576;

        /** How long a channel may say nothing. */
        @AttributeDefinition(
                name = "Stale after",
                description =
                        "Without news for so long, and for two scans, a channel turns uncertain. Unit: milliseconds",
                min = "1",
                max = "86400000")
        int staleAfterMillis() default 3_600_000;

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
    public MqttComponent(
            @Reference DriverRuntime runtime,
            @Reference PayloadFormats formats,
            Config config,
            Map<String, Object> properties) {
        super(runtime, PID, NAME, properties, settings -> MqttSettings.driver(settings, formats));
    }
}
