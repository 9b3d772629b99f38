/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** What can be configured of a connection, factory PID {@value MqttComponent#PID}. */
@ObjectClassDefinition(
        id = MqttComponent.PID,
        name = "Bascule MQTT connection",
        description = "A connection to an MQTT broker, used by flows in the sink mqtt")
public @interface MqttConfig {

    /** Name of the connection. */
    @AttributeDefinition(name = "Name", description = "Name of the connection, unique in the gateway; flows name it")
    String name() default "";

    /** Where the broker is. */
    @AttributeDefinition(name = "Host", description = "Name or address of the broker")
    String host() default "127.0.0.1";

    /** Its port. */
    @AttributeDefinition(
            name = "Port",
            description = "TCP port of the broker; 8883 is usual with TLS",
            min = "1",
            max = "65535")
    int port() default 1883;

    /** Version of the protocol. */
    @AttributeDefinition(
            name = "Version",
            description = "Version of MQTT",
            options = {@Option(label = "3.1.1", value = "3.1.1"), @Option(label = "5", value = "5")})
    String version() default "3.1.1";

    /** Client identifier. */
    @AttributeDefinition(
            name = "Client id",
            description =
                    "Identifies the gateway at the broker; no other client may have it. Empty: made anew at each start")
    String clientId() default "";

    /** Login name. */
    @AttributeDefinition(name = "User", description = "Login name, empty for none")
    String user() default "";

    /** Password. */
    @AttributeDefinition(name = "Password", description = "Password of the user", type = AttributeType.PASSWORD)
    String password() default "";

    /** Whether to encrypt. */
    @AttributeDefinition(name = "TLS", description = "Whether the connection is encrypted")
    boolean tls() default false;

    /** Whom to trust. */
    @AttributeDefinition(
            name = "Authorities file",
            description =
                    "PEM file with the certificates that the broker's must be signed by. Empty: those that Java trusts")
    String caFile() default "";

    /** Client certificate. */
    @AttributeDefinition(
            name = "Certificate file",
            description =
                    "PEM file with the gateway's certificate and those that signed it, for brokers that ask. Empty: none")
    String certificateFile() default "";

    /** Its key. */
    @AttributeDefinition(
            name = "Key file",
            description = "PEM file with the private key of the certificate, PKCS 8, without a password")
    String keyFile() default "";

    /** Whether the name counts. */
    @AttributeDefinition(
            name = "Verify host",
            description = "Whether the broker's certificate must be for the host that was connected to")
    boolean verifyHost() default true;

    /** What the gateway is called in topics. */
    @AttributeDefinition(name = "Gateway", description = "What {gateway} stands for in topics")
    String gateway() default "gateway";

    /** Where the state goes. */
    @AttributeDefinition(
            name = "State topic",
            description = "Keeps the retained word online or offline; the broker itself says offline when the gateway"
                    + " vanishes. Empty: not said")
    String stateTopic() default "bascule/{gateway}/state";

    /** Where alerts go. */
    @AttributeDefinition(name = "Alert topic", description = "Where alerts are published as JSON. Empty: nowhere")
    String alertTopic() default "";

    /** Where commands come. */
    @AttributeDefinition(
            name = "Command topic",
            description =
                    "Where commands come, for example bascule/{gateway}/command. What they may write is granted to"
                            + " mqtt-NAME. Empty: none")
    String commandTopic() default "";

    /** Where results go. */
    @AttributeDefinition(
            name = "Reply topic",
            description = "Where the result of each command goes. Empty: where MQTT 5 asks for it, else nowhere")
    String replyTopic() default "";

    /** Session at the broker. */
    @AttributeDefinition(
            name = "Session",
            description =
                    "How long the broker keeps commands while the gateway is away; needs a client id. With MQTT 3.1.1"
                            + " the broker itself decides how long. 0: not at all. Unit: seconds",
            min = "0",
            max = "31536000")
    int sessionSeconds() default 0;

    /** Group in Sparkplug. */
    @AttributeDefinition(
            name = "Sparkplug group",
            description =
                    "Id of the group in Sparkplug B, without which the connection speaks none; with it there is no"
                            + " state topic, because births and deaths say it")
    String sparkplugGroup() default "";

    /** Node in Sparkplug. */
    @AttributeDefinition(
            name = "Sparkplug node",
            description = "Id of the gateway as an edge node of Sparkplug B; {gateway} is filled in")
    String sparkplugNode() default "{gateway}";

    /** Primary host in Sparkplug. */
    @AttributeDefinition(
            name = "Sparkplug host",
            description = "Id of the primary host of Sparkplug B; while it is not online nothing is sent. Empty: none")
    String sparkplugHost() default "";

    /** What births announce. */
    @AttributeDefinition(
            name = "Sparkplug channels",
            description =
                    "Patterns of channels that births announce with their last values, separated by commas; others"
                            + " are announced when a flow first sends one")
    String sparkplugChannels() default "**";

    /** QoS of births and data. */
    @AttributeDefinition(
            name = "Sparkplug QoS",
            description = "QoS of births and data; Sparkplug says 0, an outbox needs 1",
            min = "0",
            max = "1")
    int sparkplugQos() default 0;

    /** Window. */
    @AttributeDefinition(
            name = "In flight",
            description = "Most messages without the broker's answer; beyond them senders wait. Unit: messages",
            min = "1",
            max = "10000")
    int inFlightMax() default 100;

    /** Rate of the outbox. */
    @AttributeDefinition(
            name = "Drain rate",
            description = "Most messages of the outbox in a second, so that a returning broker is not flooded; 0 for no"
                    + " limit. Unit: messages per second",
            min = "0",
            max = "1000000")
    int drainPerSecond() default 0;

    /** Keep alive. */
    @AttributeDefinition(
            name = "Keep alive",
            description = "A silent connection is probed after this time. Unit: seconds",
            min = "1",
            max = "3600")
    int keepAliveSeconds() default 30;

    /** Time limit. */
    @AttributeDefinition(
            name = "Timeout",
            description = "Time limit of connecting and subscribing. Unit: milliseconds",
            min = "100",
            max = "3600000")
    int timeoutMillis() default 10_000;

    /** Time limit of answers. */
    @AttributeDefinition(
            name = "Answer timeout",
            description = "A broker that owes an answer for so long counts as gone. Unit: milliseconds",
            min = "100",
            max = "3600000")
    int answerTimeoutMillis() default 30_000;

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
