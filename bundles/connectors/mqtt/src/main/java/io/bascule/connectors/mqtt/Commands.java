/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.ChannelWriter.Result;
import io.bascule.api.channel.ChannelWriter.Write;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.security.Subject;
import io.bascule.connectors.mqtt.transport.Incoming;
import io.bascule.connectors.mqtt.transport.Publication;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes that come from a broker: one thread takes one command after the other through the gateway's only way to write, as
 * {@code module:mqtt-NAME}, which may do what it was granted and else nothing. Each write has a result of its own. A broker may
 * bring a command twice: the second time its first answer is sent again and nothing is written.
 */
final class Commands implements AutoCloseable {

    /** Commands that wait; a further one is refused. */
    static final int WAITING_MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(1);
    private static final int REMEMBERED_MAX = 256;

    private final String name;
    private final boolean isWanted;
    private final String replyTopic;
    private final ChannelRegistry registry;
    private final ChannelWriter writer;
    private final Consumer<Publication> replies;
    private final Subject subject;
    /** Empty is the end. */
    private final BlockingQueue<Optional<Received>> waiting = new ArrayBlockingQueue<>(WAITING_MAX);

    private final Thread thread;

    /** What makes a command of a message. */
    interface Reader {
        /**
         * Reads a command.
         *
         * @param kinds says the kind of a channel; second argument: what it is when there is no such channel
         * @throws IllegalArgumentException when it is none; the message says what was expected
         */
        Command read(Incoming message, BiFunction<String, ValueKind, ValueKind> kinds);

        /** Returns the id of what may be no command, empty when none is found. */
        String idOf(Incoming message);
    }

    /** Commands in JSON. */
    static final Reader JSON = new Reader() {
        @Override
        public Command read(Incoming message, BiFunction<String, ValueKind, ValueKind> kinds) {
            return Command.parse(message.payload(), kinds);
        }

        @Override
        public String idOf(Incoming message) {
            return Command.idOf(message.payload());
        }
    };

    /** A message and what reads it. */
    private record Received(Incoming message, Reader reader) {}

    /** Answers by the ids of their commands; confined to the thread. */
    private final Map<String, byte[]> answered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    Commands(MqttSettings settings, ChannelRegistry registry, ChannelWriter writer, Consumer<Publication> replies) {
        this.name = settings.name();
        this.isWanted =
                !settings.commandTopic().isEmpty() || settings.sparkplug().isPresent();
        this.replyTopic = settings.replyTopic();
        this.registry = registry;
        this.writer = writer;
        this.replies = replies;
        this.subject = Subject.module(MqttComponent.PREFIX + settings.name());
        this.thread = new Thread(this::run, "bascule-mqtt-" + name + "-commands");
        thread.setDaemon(true);
    }

    void start() {
        if (isWanted) {
            thread.start();
        }
    }

    /** Takes a command; does not wait. */
    void arrived(Incoming message, Reader reader) {
        if (!waiting.offer(Optional.of(new Received(message, reader)))) {
            LOG.warn("connection={} refuses a command: {} wait already", name, WAITING_MAX);
            reply(message, error("", "the gateway is busy: " + WAITING_MAX + " commands wait; send it again later"));
        }
    }

    private void run() {
        try {
            Optional<Received> received = waiting.take();
            while (received.isPresent()) {
                handle(received.get().message(), received.get().reader());
                received = waiting.take();
            }
        } catch (InterruptedException e) {
            LOG.debug("connection={} takes no more commands", name);
        }
    }

    private void handle(Incoming message, Reader reader) {
        try {
            if (message.isRetained()) {
                throw new IllegalArgumentException("a retained command is not carried out, because every new connection"
                        + " would bring it again; publish it without retain");
            }
            Command command = reader.read(message, this::kindOf);
            byte[] known = command.id().isEmpty() ? null : answered.get(command.id());
            byte[] answer = known == null ? carryOut(command) : known;
            if (!command.id().isEmpty()) {
                answered.put(command.id(), answer);
            }
            reply(message, answer);
        } catch (IllegalArgumentException e) {
            reply(message, error(reader.idOf(message), String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.error("connection={} failed at a command", name, e);
            reply(message, error(reader.idOf(message), "the gateway failed at it: " + e));
        }
    }

    private ValueKind kindOf(String channel, ValueKind otherwise) {
        return registry.find(channel).map(Channel::kind).orElse(otherwise);
    }

    private byte[] carryOut(Command command) {
        List<Write> writes = new ArrayList<>();
        for (Command.Item item : command.items()) {
            item.write().ifPresent(writes::add);
        }
        List<Result> results = writes.isEmpty() ? List.of() : writer.write(subject, writes);
        JsonArray array = new JsonArray();
        int next = 0;
        for (Command.Item item : command.items()) {
            Result result = item.refusal();
            if (item.write().isPresent()) {
                result = results.get(next);
                next++;
            }
            array.add(json(result));
        }
        JsonObject answer = new JsonObject();
        answer.addProperty("id", command.id());
        answer.add("results", array);
        return answer.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static JsonObject json(Result result) {
        JsonObject json = new JsonObject();
        json.addProperty("channel", result.channel());
        json.addProperty("ok", result.isOk());
        json.addProperty("quality", result.quality().word());
        if (!result.message().isEmpty()) {
            json.addProperty("message", result.message());
        }
        return json;
    }

    private static byte[] error(String id, String what) {
        JsonObject answer = new JsonObject();
        answer.addProperty("id", id);
        answer.addProperty("error", what);
        return answer.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void reply(Incoming command, byte[] answer) {
        String topic = command.replyTopic().isEmpty() ? replyTopic : command.replyTopic();
        if (!topic.isEmpty()) {
            replies.accept(Publication.answer(topic, answer, "application/json", command.correlation()));
        }
    }

    /** Carries out nothing more; a write at a device goes on to its end. Returns within a second. */
    @Override
    public void close() {
        waiting.clear();
        if (!isWanted || !waiting.offer(Optional.empty())) {
            thread.interrupt();
            return;
        }
        try {
            thread.join(CLOSE_MAX.toMillis());
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
