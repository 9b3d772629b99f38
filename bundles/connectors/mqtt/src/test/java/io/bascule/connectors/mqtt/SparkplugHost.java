/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.bascule.testkit.Await;
import io.bascule.testkit.NpmPackages;
import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * The Sparkplug host at the other end: sparkplug-payload of the Eclipse Tahu project in Node.js, which npm
 * fetches the first time, in a process of its own.
 */
final class SparkplugHost implements AutoCloseable {

    private static final Path NPM = Path.of("src/test/npm").toAbsolutePath();
    private static final Gson GSON = new Gson();

    private final PeerProcess process;
    private final Writer orders;
    private final List<Message> heard = new CopyOnWriteArrayList<>();
    private volatile boolean isListening;

    /** A metric as the host sees it. */
    record Metric(
            String name,
            long alias,
            String type,
            Object value,
            long timestamp,
            boolean isHistorical,
            Map<String, Object> properties) {

        double number() {
            return value instanceof Number number ? number.doubleValue() : Double.parseDouble(String.valueOf(value));
        }

        int quality() {
            Object quality = properties.get("Quality");
            return quality instanceof Number number ? number.intValue() : -1;
        }
    }

    /** A message as the host sees it. */
    record Message(
            String topic, int qos, boolean isRetained, long timestamp, int seq, String uuid, List<Metric> metrics) {

        String type() {
            return topic.split("/", -1)[2];
        }

        String device() {
            String[] levels = topic.split("/", -1);
            return levels.length > 4 ? levels[4] : "";
        }

        Metric metric(String name) {
            return metrics.stream()
                    .filter(m -> m.name.equals(name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no metric " + name + " in " + this));
        }
    }

    private SparkplugHost(int port) {
        process = PeerProcess.startRead(List.of(
                PeerProgram.find("node", "nodejs npm").toString(),
                NPM.resolve("host.cjs").toString(),
                Integer.toString(port)));
        orders = process.process().outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "sparkplug-host");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a host and waits until it hears everything. */
    static SparkplugHost start(int port) {
        NpmPackages.install(NPM);
        SparkplugHost host = new SparkplugHost(port);
        host.process.await("the subscription", () -> host.isListening);
        return host;
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.process().getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().forEach(line -> {
                if (line.equals("listening")) {
                    isListening = true;
                } else {
                    heard.add(GSON.fromJson(line, Message.class));
                }
            });
        } catch (IOException | UncheckedIOException e) {
            // The test has ended it; what it heard until then is what counts.
            isListening = false;
        }
    }

    /** Returns what it heard so far. */
    List<Message> heard() {
        return List.copyOf(heard);
    }

    /** Returns what it heard so far of some types. */
    List<Message> heard(String... types) {
        return heard.stream().filter(m -> List.of(types).contains(m.type())).toList();
    }

    /** Waits for a message and returns the first that fits. */
    Message await(String what, Predicate<Message> wanted) {
        Await.until(what, () -> heard.stream().anyMatch(wanted));
        return heard.stream().filter(wanted).findFirst().orElseThrow();
    }

    /** Publishes a payload in Sparkplug B. */
    void publish(String topic, String metrics) {
        order("{\"topic\": \"" + topic + "\", \"payload\": {\"timestamp\": 1700000000000, \"metrics\": " + metrics
                + "}}");
    }

    /** Publishes bytes as they are. */
    void publishText(String topic, String text, boolean isRetained) {
        JsonObject order = new JsonObject();
        order.addProperty("topic", topic);
        order.addProperty("text", text);
        order.addProperty("retain", isRetained);
        order(order.toString());
    }

    private void order(String line) {
        try {
            orders.write(line + "\n");
            orders.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the host takes no order", e);
        }
    }

    /**
     * Asserts what Sparkplug 3.0 demands of an edge node's messages: a birth before anything else, numbers without a gap, aliases that a
     * birth announced, deaths that fit their births.
     */
    static void requireValid(List<Message> messages) {
        int last = -1;
        double bdSeq = -1;
        Set<String> alive = new HashSet<>();
        Map<String, Set<Long>> aliases = new HashMap<>();
        for (Message message : messages) {
            String said = message.type() + " of '" + message.device() + "' after seq " + last + ": " + message;
            require(!message.isRetained(), "not retained: " + said);
            require(message.timestamp() > 0, "has a time: " + said);
            switch (message.type()) {
                case "NBIRTH" -> {
                    alive = new HashSet<>(Set.of(""));
                    aliases.clear();
                    bdSeq = message.metric("bdSeq").number();
                    require(message.seq() >= 0, "is numbered: " + said);
                }
                case "NDEATH" -> {
                    require(message.seq() == -1, "a death of the node has no number: " + said);
                    if (message.metric("bdSeq").number() != bdSeq) {
                        // That of a connection before; a host passes over it.
                        continue;
                    }
                    alive.clear();
                }
                default -> {
                    require(message.seq() == (last + 1) % 256, "follows: " + said);
                    require(alive.contains(""), "comes after a birth: " + said);
                }
            }
            if (message.type().equals("DBIRTH")) {
                alive.add(message.device());
            } else if (message.type().equals("DDEATH")) {
                require(alive.remove(message.device()), "was alive: " + said);
            }
            if (message.type().endsWith("BIRTH")) {
                Set<Long> known = new HashSet<>();
                for (Metric metric : message.metrics()) {
                    require(!metric.name().isEmpty() && metric.type() != null, "has name and type: " + said);
                    require(metric.alias() == -1 || known.add(metric.alias()), "an alias for each: " + said);
                }
                aliases.put(message.device(), known);
            } else if (message.type().endsWith("DATA")) {
                require(alive.contains(message.device()), "is of what was born: " + said);
                Set<Long> known = aliases.get(message.device());
                for (Metric metric : message.metrics()) {
                    require(metric.name().isEmpty() && known.contains(metric.alias()), "is announced: " + said);
                }
            }
            last = message.type().equals("NDEATH") ? -1 : message.seq();
        }
    }

    private static void require(boolean isSo, String what) {
        if (!isSo) {
            throw new AssertionError(what);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
