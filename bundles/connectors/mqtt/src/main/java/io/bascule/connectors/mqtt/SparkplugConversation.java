/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.api.channel.ChannelWriter.Result;
import io.bascule.api.channel.ChannelWriter.Write;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.ValueKind;
import io.bascule.connectors.mqtt.payload.SparkplugMetric;
import io.bascule.connectors.mqtt.sparkplug.EdgeNode;
import io.bascule.connectors.mqtt.sparkplug.EdgeSettings;
import io.bascule.connectors.mqtt.transport.Incoming;
import io.bascule.connectors.mqtt.transport.Link;
import io.bascule.connectors.mqtt.transport.Publication;
import io.bascule.connectors.mqtt.transport.TransportException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What an edge node of Sparkplug B says and hears, and the gateway's own commands besides. Its will is the node's death, so that
 * there is no state topic.
 *
 * @param edge the node
 * @param commandTopic where commands in JSON come, empty for nowhere
 * @param commands takes commands of both kinds
 */
record SparkplugConversation(EdgeNode edge, String commandTopic, Commands commands) implements Conversation {

    @Override
    public Link over(Link link) {
        return edge.over(link);
    }

    @Override
    public Optional<String> hindrance() {
        return edge.hindrance();
    }

    @Override
    public void tend() throws TransportException, InterruptedException {
        edge.tend();
    }

    @Override
    public void lost() {
        edge.lost();
    }

    @Override
    public Optional<Publication> will() {
        return Optional.of(edge.will());
    }

    @Override
    public List<Publication> greetings() {
        // Births are said by tend(), because they are numbered like all that follows.
        return List.of();
    }

    @Override
    public List<Publication> farewells() {
        return List.of(edge.death());
    }

    @Override
    public List<String> filters() {
        List<String> filters = new ArrayList<>(edge.filters());
        if (!commandTopic.isEmpty()) {
            filters.add(commandTopic);
        }
        return filters;
    }

    @Override
    public void arrived(Incoming message) {
        if (!message.topic().startsWith(EdgeSettings.NAMESPACE + "/")) {
            commands.arrived(message, Commands.JSON);
        } else if (edge.arrived(message)) {
            commands.arrived(message, new Writes(edge));
        }
    }

    /** Makes commands of NCMD and DCMD messages. */
    private record Writes(EdgeNode edge) implements Commands.Reader {
        @Override
        public Command read(Incoming message, BiFunction<String, ValueKind, ValueKind> kinds) {
            if (message.payload().length > Command.BYTES_MAX) {
                throw new IllegalArgumentException("the command has " + message.payload().length
                        + " bytes; expected at most " + Command.BYTES_MAX);
            }
            List<SparkplugMetric> metrics;
            try {
                metrics = SparkplugMetric.read(message.payload());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("the command is no Sparkplug B payload: " + e.getMessage(), e);
            }
            List<Command.Item> items = new ArrayList<>();
            for (SparkplugMetric metric : metrics) {
                if (!EdgeNode.isControl(metric)) {
                    items.add(item(edge.channel(message, metric), metric, kinds));
                }
            }
            if (items.isEmpty()) {
                throw new IllegalArgumentException(
                        "the command has no metric to write; expected 1 to " + SparkplugMetric.METRICS_MAX);
            }
            // A payload's uuid may stand for its form, so that it does not tell a second delivery.
            return new Command("", List.copyOf(items));
        }

        @Override
        public String idOf(Incoming message) {
            return "";
        }

        private static Command.Item item(
                String channel, SparkplugMetric metric, BiFunction<String, ValueKind, ValueKind> kinds) {
            ValueKind kind = kinds.apply(channel, metric.likely());
            try {
                return new Command.Item(
                        Optional.of(new Write(channel, metric.as(kind))), new Result(channel, Quality.GOOD, ""));
            } catch (IllegalArgumentException e) {
                return new Command.Item(
                        Optional.empty(),
                        new Result(
                                channel,
                                Quality.BAD_TYPE_MISMATCH,
                                "the channel takes " + Command.expected(kind) + ", got " + metric.shown()));
            }
        }
    }
}
