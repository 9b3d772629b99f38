/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.event.GatewayEvent;
import io.bascule.api.security.Authorizer;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The write path. Each write is checked in this order: right, channel, access, type, device; then the writes of one device
 * are handed to it together, in their order, while no other writer is at it. Each write ends in an event, refused ones too.
 */
@Component(
        service = ChannelWriter.class,
        configurationPid = AuthorizedChannelWriter.PID,
        name = "io.bascule.core.channel.writer")
@Designate(ocd = AuthorizedChannelWriter.Config.class)
public final class AuthorizedChannelWriter implements ChannelWriter {

    /** PID of the configuration. */
    public static final String PID = "io.bascule.channel.writer";

    /** Most writes in one call: more would hold the device from the others for too long. */
    static final int WRITES_MAX = 10_000;

    private static final int TURN_TIMEOUT_MILLIS_MAX = 60_000;
    private static final int TURN_TIMEOUT_MILLIS_DEFAULT = 5000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Logger LOG = LoggerFactory.getLogger(AuthorizedChannelWriter.class);

    /** What can be configured. */
    @ObjectClassDefinition(id = PID, name = "Bascule channel writer", description = "The one way to write to channels")
    @interface Config {
        /** Longest wait for a device that another writer is at. */
        @AttributeDefinition(
                name = "Turn timeout",
                description = "Longest time a write waits while another one is at the same device. Unit: milliseconds",
                min = "1",
                max = "60000")
        int turnTimeoutMillis() default TURN_TIMEOUT_MILLIS_DEFAULT;
    }

    private final InMemoryChannelRegistry registry;
    private final Authorizer authorizer;
    private final Duration turnTimeout;

    /** Writes to the devices of {@code registry} what {@code authorizer} allows. */
    @Activate
    public AuthorizedChannelWriter(
            @Reference InMemoryChannelRegistry registry, @Reference Authorizer authorizer, Config config) {
        this(registry, authorizer, config.turnTimeoutMillis());
    }

    AuthorizedChannelWriter(InMemoryChannelRegistry registry, Authorizer authorizer, int turnTimeoutMillis) {
        this.registry = registry;
        this.authorizer = authorizer;
        boolean isValid = turnTimeoutMillis >= 1 && turnTimeoutMillis <= TURN_TIMEOUT_MILLIS_MAX;
        if (!isValid) {
            // A wrong value must not cost the gateway its write path.
            LOG.error(
                    "configuration {}: turnTimeoutMillis is {}; expected 1 to {}. The default {} holds",
                    PID,
                    turnTimeoutMillis,
                    TURN_TIMEOUT_MILLIS_MAX,
                    TURN_TIMEOUT_MILLIS_DEFAULT);
        }
        this.turnTimeout = Duration.ofMillis(isValid ? turnTimeoutMillis : TURN_TIMEOUT_MILLIS_DEFAULT);
    }

    @Override
    public List<Result> write(Subject subject, List<Write> writes) {
        if (writes.size() > WRITES_MAX) {
            throw new IllegalArgumentException(
                    writes.size() + " writes in one call; at most " + WRITES_MAX + " are taken, split them");
        }
        @Nullable Result[] results = new Result[writes.size()];
        Map<String, List<Integer>> byDevice = new LinkedHashMap<>();
        for (int i = 0; i < writes.size(); i++) {
            Write write = writes.get(i);
            results[i] = refuse(subject, write);
            if (results[i] == null) {
                String device = registry.find(write.channel()).orElseThrow().device();
                byDevice.computeIfAbsent(device, d -> new ArrayList<>()).add(i);
            }
        }
        byDevice.forEach((device, indexes) -> {
            List<Result> answers =
                    toDevice(device, indexes.stream().map(writes::get).toList());
            for (int i = 0; i < answers.size(); i++) {
                results[indexes.get(i)] = answers.get(i);
            }
        });
        List<Result> all =
                Arrays.stream(results).map(java.util.Objects::requireNonNull).toList();
        for (int i = 0; i < all.size(); i++) {
            audit(subject, writes.get(i), all.get(i));
        }
        return all;
    }

    /** Returns why a write cannot be made, without asking the device; null when nothing speaks against it. */
    private @Nullable Result refuse(Subject subject, Write write) {
        String name = write.channel();
        Authorizer.Decision decision = authorizer.check(subject, Capability.CHANNEL_WRITE, name);
        if (!decision.isAllowed()) {
            return new Result(name, Quality.BAD_USER_ACCESS_DENIED, decision.reason());
        }
        Channel channel = registry.find(name).orElse(null);
        if (channel == null) {
            return new Result(
                    name, Quality.BAD_NODE_ID_UNKNOWN, "there is no channel '" + name + "'; see bascule:channel-list");
        }
        if (!channel.access().canWrite()) {
            return new Result(
                    name,
                    Quality.BAD_NOT_WRITABLE,
                    "channel '" + name + "' of device '" + channel.device() + "' can only be read");
        }
        if (channel.kind() != write.value().kind()) {
            return new Result(
                    name,
                    Quality.BAD_TYPE_MISMATCH,
                    "channel '" + name + "' takes values of type "
                            + channel.kind().word() + ", got "
                            + write.value().kind().word() + " "
                            + write.value().asText());
        }
        OpenDevice target = registry.openDevice(channel.device());
        if (target == null || !target.has(channel)) {
            return new Result(
                    name,
                    Quality.BAD_NOT_CONNECTED,
                    "device '" + channel.device() + "' is not there with channel '" + name
                            + "': its driver does not run, or is configured without it");
        }
        return null;
    }

    private List<Result> toDevice(String device, List<Write> writes) {
        OpenDevice target = registry.openDevice(device);
        if (target == null || !target.isConnected()) {
            return fail(
                    writes,
                    Quality.BAD_NOT_CONNECTED,
                    "device '" + device + "' is not connected: "
                            + (target == null
                                    ? "its driver does not run"
                                    : target.status().reason()));
        }
        try {
            if (!target.writeTurn().take(turnTimeout)) {
                return fail(
                        writes,
                        Quality.BAD_TIMEOUT,
                        "device '" + device + "' was busy with other writes for " + turnTimeout.toMillis()
                                + " ms; try again later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail(writes, Quality.BAD_TIMEOUT, "the wait for device '" + device + "' was interrupted");
        }
        try {
            return call(target, writes);
        } finally {
            target.writeTurn().giveBack();
        }
    }

    private List<Result> call(OpenDevice target, List<Write> writes) {
        long now = registry.nowMillis() * NANOS_PER_MILLI;
        List<Reading> values = new ArrayList<>(writes.size());
        for (Write write : writes) {
            int handle = registry.find(write.channel()).orElseThrow().handle();
            values.add(new Reading(handle, write.value(), Quality.GOOD, now));
        }
        List<Quality> answers;
        try {
            answers = target.writer().write(List.copyOf(values));
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("driver of device={} failed in a write", target.name(), e);
            return fail(
                    writes, Quality.BAD_DEVICE_FAILURE, "the driver of device '" + target.name() + "' failed: " + e);
        }
        if (answers.size() != writes.size()) {
            return fail(
                    writes,
                    Quality.BAD_DEVICE_FAILURE,
                    "the driver of device '" + target.name() + "' answered " + answers.size() + " of " + writes.size()
                            + " writes; this is a fault of the driver");
        }
        List<Result> results = new ArrayList<>(writes.size());
        for (int i = 0; i < answers.size(); i++) {
            Quality answer = answers.get(i);
            String message = answer.level() == Quality.Level.GOOD
                    ? ""
                    : "device '" + target.name() + "' refused "
                            + writes.get(i).value().asText() + ": " + answer.word();
            results.add(new Result(writes.get(i).channel(), answer, message));
        }
        return results;
    }

    private static List<Result> fail(List<Write> writes, Quality quality, String message) {
        return writes.stream()
                .map(w -> new Result(w.channel(), quality, message))
                .toList();
    }

    private void audit(Subject subject, Write write, Result result) {
        LOG.info("write subject={} channel={} result={}", subject, write.channel(), result.quality());
        registry.events().post(new GatewayEvent.CommandExecuted(subject, write, result, registry.now()));
    }
}
