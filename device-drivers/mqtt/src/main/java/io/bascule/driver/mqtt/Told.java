/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.SubscriptionListener;
import io.bascule.api.channel.payload.Content;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells of every message of some topics when it comes. Called by Paho's thread, and once by the lane before that. */
final class Told {

    private final List<MqttAddress> addresses;
    private final SubscriptionListener listener;
    private final Messages messages;
    private final Map<String, List<Integer>> indexes = new HashMap<>();

    Told(List<MqttAddress> addresses, SubscriptionListener listener, Messages messages) {
        this.addresses = List.copyOf(addresses);
        this.listener = listener;
        this.messages = messages;
        for (int i = 0; i < addresses.size(); i++) {
            indexes.computeIfAbsent(addresses.get(i).topic(), t -> new ArrayList<>())
                    .add(i);
        }
    }

    /** A message has come, or an old one is told of again. */
    void onMessage(String topic, TopicStore.Arrived arrived, DeviceState state) {
        List<Integer> concerned = indexes.getOrDefault(topic, List.of());
        if (concerned.isEmpty() || state.isOffline()) {
            return;
        }
        Messages.Read read = messages.open(arrived, state.onlineSince());
        for (int index : concerned) {
            Content content = read.at(addresses.get(index).field());
            Value value = content.value();
            if (value == null) {
                listener.onNone(index, content.quality());
            } else {
                listener.onReading(index, value, content.quality(), content.timeNanos());
            }
        }
    }

    /** The device has gone or come back. */
    void onState(DeviceState state, TopicStore store) {
        if (state.isOffline()) {
            none(indexes.values().stream().flatMap(List::stream).toList(), Quality.BAD_NOT_CONNECTED);
            return;
        }
        for (String topic : indexes.keySet()) {
            TopicStore.Arrived arrived = store.find(topic);
            if (arrived != null) {
                onMessage(topic, arrived, state);
            }
        }
    }

    /** The broker does not let us hear a topic. */
    void onRefused(String topic) {
        none(indexes.getOrDefault(topic, List.of()), Quality.BAD_USER_ACCESS_DENIED);
    }

    private void none(List<Integer> concerned, Quality quality) {
        for (int index : concerned) {
            listener.onNone(index, quality);
        }
    }

    void onLost(String reason) {
        listener.onLost(reason);
    }
}
