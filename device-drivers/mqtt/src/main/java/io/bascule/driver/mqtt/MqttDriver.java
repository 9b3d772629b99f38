/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.SubscriptionListener;
import io.bascule.api.channel.payload.PayloadFormats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The protocol of one device behind a broker. Confined to its lane. */
final class MqttDriver implements Driver<MqttAddress> {

    private final PayloadFormats formats;
    private final Messages messages;
    private final BrokerLink link;
    private final int qos;

    /**
     * Makes a driver.
     *
     * @param qos the quality of service of subscriptions, unless a channel says another
     */
    MqttDriver(BrokerLink link, Messages messages, int qos) {
        this.link = link;
        this.messages = messages;
        this.formats = messages.formats();
        this.qos = qos;
    }

    @Override
    public MqttAddress address(ChannelConfig channel) {
        return MqttAddress.parse(channel, qos, formats);
    }

    @Override
    public ReadPlan plan(List<MqttAddress> addresses, Duration period) {
        return new TopicPlan(addresses, link, messages, period.isZero());
    }

    @Override
    public void connect(Deadline deadline) throws DriverException, InterruptedException {
        link.connect(deadline);
    }

    @Override
    public void disconnect() {
        link.close();
    }

    @Override
    public boolean canSubscribe() {
        return true;
    }

    @Override
    public void subscribe(List<MqttAddress> addresses, SubscriptionListener listener, Deadline deadline)
            throws DriverException, InterruptedException {
        Map<String, Integer> qosByTopic = new HashMap<>();
        addresses.forEach(a -> qosByTopic.merge(a.topic(), a.qos(), Math::max));
        Told told = new Told(addresses, listener, messages);
        link.tell(told);
        link.subscribeAgain(qosByTopic, deadline);
        qosByTopic.keySet().stream().filter(link::isRefused).forEach(told::onRefused);
    }

    @Override
    public List<Quality> write(List<MqttAddress> addresses, List<Value> values, Deadline deadline)
            throws DriverException, InterruptedException {
        List<Quality> answers = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            answers.add(write(addresses.get(i), values.get(i), deadline));
        }
        return answers;
    }

    private Quality write(MqttAddress address, Value value, Deadline deadline)
            throws DriverException, InterruptedException {
        MqttAddress.Write how = address.write();
        if (how == null) {
            return Quality.BAD_NOT_WRITABLE;
        }
        if (link.state().isOffline()) {
            return Quality.BAD_NOT_CONNECTED;
        }
        byte[] payload;
        try {
            payload = address.field().write(value);
        } catch (IllegalArgumentException e) {
            // Not a number, which no format has a word for; the caller hears of it, nothing is published.
            return Quality.BAD_OUT_OF_RANGE;
        }
        MqttAddress.Confirm confirm = how.confirm();
        if (confirm == null) {
            link.publish(address, how, payload, deadline);
            return Quality.GOOD;
        }
        link.subscribe(Map.of(confirm.topic(), 1), deadline);
        if (link.isRefused(confirm.topic())) {
            return Quality.BAD_USER_ACCESS_DENIED;
        }
        long mark = link.store().number();
        link.publish(address, how, payload, deadline);
        return confirmed(confirm, value, mark, deadline);
    }

    /** Returns good when the device says that it has the value, uncertain when it says another, bad when it says nothing. */
    private Quality confirmed(MqttAddress.Confirm confirm, Value value, long mark, Deadline deadline)
            throws DriverException, InterruptedException {
        Quality answer = Quality.BAD_TIMEOUT;
        long after = mark;
        while (true) {
            TopicStore.Arrived arrived = link.store().await(confirm.topic(), after, deadline);
            if (arrived == null) {
                link.requireConnected();
                return answer;
            }
            after = arrived.number();
            Value said =
                    confirm.field().read(formats.payload(arrived.payload())).value();
            if (value.equals(said)) {
                return Quality.GOOD;
            }
            answer = Quality.UNCERTAIN;
        }
    }
}
