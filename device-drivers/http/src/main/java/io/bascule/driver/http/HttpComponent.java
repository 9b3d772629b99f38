/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

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

/** One HTTP device. A configuration that is wrong makes no device: activation fails with every problem. */
@Component(
        service = {},
        immediate = true,
        configurationPid = HttpComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        name = HttpComponent.PID)
@Designate(ocd = HttpComponent.Config.class, factory = true)
public final class HttpComponent extends DriverComponent {

    /** Factory PID of the configuration. */
    public static final String PID = "io.bascule.driver.http";

    /** Word for this driver in device lists. */
    static final String NAME = "http";

    /** What can be configured. */
    @ObjectClassDefinition(id = PID, name = "Bascule HTTP driver", description = "A device that is asked over HTTP")
    @interface Config {
        /** Name of the device. */
        @AttributeDefinition(name = "Device", description = "Name of the device, unique in the gateway")
        String device() default "";

        /** The server. */
        @AttributeDefinition(
                name = "Base URL",
                description = "What comes before the path of every channel, for example http://192.168.1.30:8080")
        String baseUrl() default "";

        /** Headers. */
        @AttributeDefinition(
                name = "Headers",
                description = "Headers of every request, each NAME: VALUE, separated by semicolons; {file:PATH} and"
                        + " {env:NAME} stand for a secret")
        String[] headers() default {};

        /** User. */
        @AttributeDefinition(name = "User", description = "Name for basic authentication; empty for none")
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
                description = "Channels separated by semicolons, each NAME=PATH(option=value,...), for example"
                        + " temperature=/status(pointer=/sensors/0/temperature,unit=degC)")
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
                description = "Time limit of one request, from connecting to the end of the answer. Unit: milliseconds",
                min = "1",
                max = "3600000")
        int timeoutMillis() default 3000;

        /** Size limit of an answer. */
        @AttributeDefinition(
                name = "Longest answer",
                description = "Most bytes of the body of an answer; what is longer is not read. Unit: bytes",
                min = "1",
                max = "67108864")
        int answerBytesMax() default 1_048_576;

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
    public HttpComponent(
            @Reference DriverRuntime runtime,
            @Reference PayloadFormats formats,
            Config config,
            Map<String, Object> properties) {
        super(runtime, PID, NAME, properties, settings -> HttpSettings.driver(settings, formats));
    }
}
