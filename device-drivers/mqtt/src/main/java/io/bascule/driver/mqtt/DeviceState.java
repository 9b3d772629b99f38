/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.payload.PayloadField;
import io.bascule.api.channel.payload.PayloadFormats;

/**
 * Whether the device is there, by what it, or the broker as its last will, says on a topic of its own. Until something is said the
 * device counts as there. Written by Paho's thread, read by any.
 */
final class DeviceState {

    private final String topic;
    private final PayloadField field;
    private final String online;
    private final String offline;
    private final PayloadFormats formats;
    private volatile boolean isOffline;
    private volatile long onlineSince;

    /**
     * Makes a state.
     *
     * @param topic where it is said; empty when it is nowhere
     */
    DeviceState(String topic, PayloadField field, String online, String offline, PayloadFormats formats) {
        this.topic = topic;
        this.field = field;
        this.online = online;
        this.offline = offline;
        this.formats = formats;
    }

    String topic() {
        return topic;
    }

    boolean isTold() {
        return !topic.isEmpty();
    }

    boolean isOffline() {
        return isOffline;
    }

    /** Returns the number of the message by which the device came back; 0 when it was not away. What came before it is old. */
    long onlineSince() {
        return onlineSince;
    }

    /** Begins a connection. */
    void clear() {
        isOffline = false;
        onlineSince = 0;
    }

    /** Takes a message; returns whether the state has changed by it. Other words than the two change nothing. */
    boolean accept(TopicStore.Arrived arrived) {
        Value value = field.read(formats.payload(arrived.payload())).value();
        String word = value instanceof Value.Text text ? text.value().strip() : "";
        if (word.equals(offline) && !isOffline) {
            isOffline = true;
            return true;
        }
        if (word.equals(online) && isOffline) {
            onlineSince = arrived.number();
            isOffline = false;
            return true;
        }
        return false;
    }
}
