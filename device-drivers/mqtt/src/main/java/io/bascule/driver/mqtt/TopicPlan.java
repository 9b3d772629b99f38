/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes what has come since the last scan: of each topic the last message. Subscribes at its first read of a connection. Confined to
 * the lane of its device.
 */
final class TopicPlan implements ReadPlan {

    /** One for subscribing, one for waiting. */
    private static final int REQUESTS_MAX = 2;

    private final List<MqttAddress> addresses;
    private final BrokerLink link;
    private final Messages messages;
    private final boolean isOnDemand;
    private final Map<String, Topic> topics = new LinkedHashMap<>();
    private final Map<String, Integer> qosByTopic = new LinkedHashMap<>();
    private long connection = -1;

    /** A topic and the channels in its messages. */
    private static final class Topic {
        private final List<Integer> indexes = new ArrayList<>();
        private long seen;
        private boolean wasOffline;
    }

    /**
     * Makes a plan.
     *
     * @param isOnDemand whether it is read to see what a write has led to, not by the clock
     */
    TopicPlan(List<MqttAddress> addresses, BrokerLink link, Messages messages, boolean isOnDemand) {
        this.addresses = List.copyOf(addresses);
        this.link = link;
        this.messages = messages;
        this.isOnDemand = isOnDemand;
        for (int i = 0; i < addresses.size(); i++) {
            MqttAddress address = addresses.get(i);
            topics.computeIfAbsent(address.topic(), t -> new Topic()).indexes.add(i);
            qosByTopic.merge(address.topic(), address.qos(), Math::max);
        }
    }

    @Override
    public int requestsMax() {
        return REQUESTS_MAX;
    }

    @Override
    public boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException {
        if (connection != link.connection()) {
            connection = link.connection();
            topics.values().forEach(t -> {
                t.seen = 0;
                t.wasOffline = false;
            });
        }
        link.subscribe(qosByTopic, deadline);
        for (Map.Entry<String, Topic> entry : topics.entrySet()) {
            read(entry.getKey(), entry.getValue(), sink, deadline);
        }
        link.requireConnected();
        return false;
    }

    private void read(String name, Topic topic, ReadingSink sink, Deadline deadline) throws InterruptedException {
        if (link.isRefused(name)) {
            none(topic, Quality.BAD_USER_ACCESS_DENIED, sink);
            return;
        }
        if (link.state().isOffline()) {
            topic.wasOffline = true;
            none(topic, Quality.BAD_NOT_CONNECTED, sink);
            return;
        }
        TopicStore.Arrived arrived = isOnDemand
                ? link.store().await(name, link.writeMark(name), deadline)
                : link.store().find(name);
        if (arrived == null) {
            if (isOnDemand) {
                none(topic, Quality.BAD_TIMEOUT, sink);
            }
            return;
        }
        if (isOnDemand || arrived.number() > topic.seen || topic.wasOffline) {
            topic.seen = arrived.number();
            topic.wasOffline = false;
            Messages.Read read = messages.open(arrived, link.state().onlineSince());
            for (int index : topic.indexes) {
                read.at(addresses.get(index).field()).tell(sink, index);
            }
        }
    }

    private static void none(Topic topic, Quality quality, ReadingSink sink) {
        for (int index : topic.indexes) {
            sink.none(index, quality);
        }
    }
}
