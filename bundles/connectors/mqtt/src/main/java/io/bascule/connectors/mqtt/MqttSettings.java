/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.api.security.NamePattern;
import io.bascule.connectors.mqtt.sparkplug.EdgeSettings;
import io.bascule.connectors.mqtt.transport.LinkSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * The configuration of a connection, checked.
 *
 * @param name of the connection
 * @param isVersion5 whether to speak MQTT 5 instead of 3.1.1
 * @param link where to connect; its limit of unanswered publications is {@code inFlightMax}
 * @param inFlightMax most publications without an answer
 * @param answerTimeout the connection counts as lost when an answer takes longer
 * @param retryMin first wait before connecting again
 * @param retryMax longest wait
 * @param drainPerSecond most messages of the outbox in a second, 0 for no limit
 * @param gateway what {@code {gateway}} stands for
 * @param stateTopic where it says whether it is there, empty for nowhere
 * @param alertTopic where alerts go, empty for nowhere
 * @param commandTopic where commands come, empty for none
 * @param replyTopic where results of commands go, empty for where MQTT 5 says
 * @param sparkplug what it is in Sparkplug B, empty when it speaks none
 */
record MqttSettings(
        String name,
        boolean isVersion5,
        LinkSettings link,
        int inFlightMax,
        Duration answerTimeout,
        Duration retryMin,
        Duration retryMax,
        int drainPerSecond,
        String gateway,
        String stateTopic,
        String alertTopic,
        String commandTopic,
        String replyTopic,
        Optional<EdgeSettings> sparkplug) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final Set<String> WORDS = Set.of(TopicTemplate.GATEWAY);
    private static final int PORT_MAX = 65_535;
    private static final int IN_FLIGHT_MAX = 10_000;
    private static final int KEEP_ALIVE_MAX = 3600;
    private static final int SESSION_SECONDS_MAX = 31_536_000;
    private static final int MILLIS_MAX = 3_600_000;
    private static final int PER_SECOND_MAX = 1_000_000;

    /** Returns whether the broker keeps what it knows of this client while that is away. */
    boolean hasSession() {
        return !link.sessionExpiry().isZero();
    }

    /** Returns where to connect, with room for {@code more} publications beside the window. */
    LinkSettings link(int more) {
        return new LinkSettings(
                link.host(),
                link.port(),
                link.clientId(),
                link.user(),
                link.password(),
                link.sessionExpiry(),
                link.timeout(),
                link.keepAlive(),
                inFlightMax + more,
                link.tls(),
                link.isHostVerified());
    }

    /**
     * Checks a configuration.
     *
     * @param file finds files that the configuration names
     * @throws IllegalArgumentException when it is wrong; the message has every problem
     */
    static MqttSettings of(MqttConfig config, Function<String, Path> file) {
        Check check = new Check();
        check.that(
                NAME.matcher(config.name()).matches(),
                "name is '" + config.name() + "'; expected lower-case letters, digits and dashes, for example 'local'");
        check.that(!config.host().isBlank(), "host is empty; expected the name or address of the broker");
        boolean isVersion5 = config.version().equals("5");
        check.that(
                isVersion5 || config.version().equals("3.1.1"),
                "version is '" + config.version() + "'; expected 3.1.1 or 5");
        check.within("port", config.port(), 1, PORT_MAX);
        check.within("keepAliveSeconds", config.keepAliveSeconds(), 1, KEEP_ALIVE_MAX);
        check.within("sessionSeconds", config.sessionSeconds(), 0, SESSION_SECONDS_MAX);
        check.within("timeoutMillis", config.timeoutMillis(), 100, MILLIS_MAX);
        check.within("answerTimeoutMillis", config.answerTimeoutMillis(), 100, MILLIS_MAX);
        check.within("retryMinMillis", config.retryMinMillis(), 1, MILLIS_MAX);
        check.within("retryMaxMillis", config.retryMaxMillis(), config.retryMinMillis(), MILLIS_MAX);
        check.within("inFlightMax", config.inFlightMax(), 1, IN_FLIGHT_MAX);
        check.within("drainPerSecond", config.drainPerSecond(), 0, PER_SECOND_MAX);
        check.that(
                config.password().isEmpty() || !config.user().isEmpty(),
                "there is a password and no user; set user, or leave the password out");
        check.that(
                config.replyTopic().isEmpty()
                        || !config.commandTopic().isEmpty()
                        || !config.sparkplugGroup().isEmpty(),
                "replyTopic is set and commandTopic is not; set both or none");
        check.session(config);
        Optional<EdgeSettings> sparkplug = check.sparkplug(config);
        Map<String, String> fixed = Map.of(TopicTemplate.GATEWAY, config.gateway());
        String state = check.topic("stateTopic", config.stateTopic(), fixed);
        String alert = check.topic("alertTopic", config.alertTopic(), fixed);
        String command = check.topic("commandTopic", config.commandTopic(), fixed);
        String reply = check.topic("replyTopic", config.replyTopic(), fixed);
        Optional<SSLContext> tls = check.tls(config, file);
        check.end();
        LinkSettings link = new LinkSettings(
                config.host().strip(),
                config.port(),
                config.clientId().isEmpty() ? anyClientId(config.name()) : config.clientId(),
                config.user(),
                config.password(),
                Duration.ofSeconds(config.sessionSeconds()),
                Duration.ofMillis(config.timeoutMillis()),
                Duration.ofSeconds(config.keepAliveSeconds()),
                config.inFlightMax(),
                tls,
                config.verifyHost());
        return new MqttSettings(
                config.name(),
                isVersion5,
                link,
                config.inFlightMax(),
                Duration.ofMillis(config.answerTimeoutMillis()),
                Duration.ofMillis(config.retryMinMillis()),
                Duration.ofMillis(config.retryMaxMillis()),
                config.drainPerSecond(),
                config.gateway(),
                state,
                alert,
                command,
                reply,
                sparkplug);
    }

    /** Two clients of one name throw each other out of the broker for ever. */
    private static String anyClientId(String name) {
        return "bascule-" + name + "-"
                + Integer.toHexString(ThreadLocalRandom.current().nextInt());
    }

    /** Collects problems. */
    private static final class Check {
        private final List<String> problems = new ArrayList<>();

        void that(boolean isFine, String problem) {
            if (!isFine) {
                problems.add(problem);
            }
        }

        void within(String key, int value, int min, int max) {
            that(value >= min && value <= max, key + " is " + value + "; expected " + min + " to " + max);
        }

        String topic(String key, String text, Map<String, String> fixed) {
            if (text.isEmpty()) {
                return "";
            }
            try {
                return TopicTemplate.parse(text, WORDS).of(fixed);
            } catch (IllegalArgumentException e) {
                problems.add(key + ": " + e.getMessage());
                return "";
            }
        }

        void session(MqttConfig config) {
            within("sessionSeconds", config.sessionSeconds(), 0, SESSION_SECONDS_MAX);
            if (config.sessionSeconds() > 0) {
                that(
                        !config.clientId().isEmpty(),
                        "sessionSeconds is set and clientId is not; the broker knows a session by clientId, so set it");
                that(
                        !config.commandTopic().isEmpty(),
                        "sessionSeconds is set and commandTopic is not; a session keeps commands, so set both or none");
                that(
                        config.sparkplugGroup().isEmpty(),
                        "sessionSeconds and sparkplugGroup are set; an edge node begins each connection without a"
                                + " session, so leave one of them out");
            }
        }

        Optional<EdgeSettings> sparkplug(MqttConfig config) {
            within("sparkplugQos", config.sparkplugQos(), 0, 1);
            if (config.sparkplugGroup().isEmpty()) {
                that(
                        config.sparkplugHost().isEmpty() && config.sparkplugQos() == 0,
                        "sparkplugHost or sparkplugQos is set and sparkplugGroup is not; set sparkplugGroup too");
                return Optional.empty();
            }
            String node = config.sparkplugNode().replace("{" + TopicTemplate.GATEWAY + "}", config.gateway());
            id("sparkplugGroup", config.sparkplugGroup());
            id("sparkplugNode", node);
            id("sparkplugHost", config.sparkplugHost());
            that(!node.isEmpty(), "sparkplugNode is empty; expected the id of the edge node");
            List<NamePattern> channels = new ArrayList<>();
            for (String pattern : config.sparkplugChannels().split(",", -1)) {
                try {
                    channels.add(NamePattern.of(pattern.strip()));
                } catch (IllegalArgumentException e) {
                    problems.add("sparkplugChannels: " + e.getMessage());
                }
            }
            return Optional.of(new EdgeSettings(
                    config.sparkplugGroup(),
                    node,
                    config.sparkplugHost(),
                    config.sparkplugQos(),
                    List.copyOf(channels),
                    Duration.ofMillis(Math.max(1, config.answerTimeoutMillis()))));
        }

        /** An id is a level of topics, Sparkplug 3.0 section 4.1. */
        private void id(String key, String id) {
            that(
                    id.chars().noneMatch(c -> c == '+' || c == '#' || c == '/' || c == 0),
                    key + " is '" + id + "'; expected an id without + # and /");
        }

        Optional<SSLContext> tls(MqttConfig config, Function<String, Path> file) {
            boolean isNamed = !config.caFile().isEmpty()
                    || !config.certificateFile().isEmpty()
                    || !config.keyFile().isEmpty();
            if (!config.tls()) {
                that(!isNamed, "files for TLS are named and tls is false; set tls = true, or leave them out");
                return Optional.empty();
            }
            if (config.certificateFile().isEmpty() != config.keyFile().isEmpty()) {
                problems.add("of certificateFile and keyFile only one is set; a client certificate needs both");
                return Optional.empty();
            }
            try {
                return Optional.of(Tls.context(
                        config.caFile().isEmpty() ? Optional.empty() : Optional.of(file.apply(config.caFile())),
                        config.keyFile().isEmpty()
                                ? Optional.empty()
                                : Optional.of(new Tls.Identity(
                                        file.apply(config.certificateFile()), file.apply(config.keyFile())))));
            } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
                problems.add("TLS: " + e.getMessage());
                return Optional.empty();
            }
        }

        void end() {
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException(
                        "configuration " + MqttComponent.PID + " makes no connection: " + String.join("; ", problems));
            }
        }
    }
}
