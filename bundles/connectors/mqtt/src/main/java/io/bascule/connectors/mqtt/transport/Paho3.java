/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.transport;

import io.bascule.protocol.mqtt.BrokerSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MQTT 3.1.1 by Paho. A client for each link: one that connects again by itself has stood still in the field, and what it
 * keeps is kept here already.
 */
public final class Paho3 implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(Paho3.class);

    /** A subscription that the broker refused, MQTT 3.1.1 section 3.9.3. */
    private static final int SUBSCRIPTION_FAILURE = 0x80;

    @Override
    public Link connect(LinkSettings settings, Optional<Publication> will, LinkListener listener)
            throws TransportException {
        MqttConnectOptions options = options(settings);
        will.ifPresent(w -> options.setWill(w.topic(), w.payload(), w.qos(), w.isRetained()));
        BrokerSocket socket = settings.socket();
        options.setSocketFactory(socket.factory());
        MqttAsyncClient client = null;
        try {
            client = new MqttAsyncClient(settings.address(), settings.clientId(), new MemoryPersistence());
            client.setCallback(new Ears(listener));
            client.connect(options).waitForCompletion(settings.timeout().toMillis());
            return new PahoLink(client, socket, settings);
        } catch (MqttException e) {
            if (client != null) {
                end(client, socket);
            }
            throw new TransportException("cannot connect to " + settings + ": " + words(e), e);
        }
    }

    private static MqttConnectOptions options(LinkSettings settings) {
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setCleanSession(settings.sessionExpiry().isZero());
        options.setAutomaticReconnect(false);
        options.setConnectionTimeout((int) Math.max(1, settings.timeout().toSeconds()));
        options.setKeepAliveInterval((int) settings.keepAlive().toSeconds());
        options.setMaxInflight(settings.inFlightMax());
        if (!settings.user().isEmpty()) {
            options.setUserName(settings.user());
            options.setPassword(settings.password().toCharArray());
        }
        return options;
    }

    /** Paho's own words are short; the reason is often in the cause. */
    private static String words(MqttException e) {
        Throwable cause = e.getCause();
        return e.getMessage() + (cause == null ? "" : ": " + cause.getMessage()) + " (Paho code " + e.getReasonCode()
                + ")";
    }

    private static void end(MqttAsyncClient client, BrokerSocket socket) {
        try {
            client.disconnectForcibly(0, 1, false);
        } catch (MqttException e) {
            LOG.debug("client={} was not connected any more", client.getClientId(), e);
        }
        try {
            client.close(true);
        } catch (MqttException e) {
            LOG.debug("client={} did not close", client.getClientId(), e);
        }
        try {
            // Of a client that was still connecting, the socket is all that can be closed.
            socket.close();
        } catch (IOException e) {
            LOG.debug("client={} left its socket open", client.getClientId(), e);
        }
    }

    /** Passes on what comes. */
    private record Ears(LinkListener listener) implements MqttCallback {
        @Override
        public void connectionLost(Throwable cause) {
            listener.lost(cause instanceof MqttException e ? words(e) : String.valueOf(cause));
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            listener.arrived(new Incoming(topic, message.getPayload(), message.isRetained(), "", new byte[0]));
        }

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {
            // Each publication has a listener of its own.
        }
    }

    private static final class PahoLink implements Link {
        private final MqttAsyncClient client;
        private final BrokerSocket socket;
        private final LinkSettings settings;
        private final AtomicBoolean isClosed = new AtomicBoolean();

        PahoLink(MqttAsyncClient client, BrokerSocket socket, LinkSettings settings) {
            this.client = client;
            this.socket = socket;
            this.settings = settings;
        }

        @Override
        public void publish(Publication publication, Completion completion) throws TransportException {
            socket.announce();
            boolean isTaken = false;
            try {
                client.publish(
                        publication.topic(),
                        publication.payload(),
                        publication.qos(),
                        publication.isRetained(),
                        null,
                        new Ends(completion));
                isTaken = true;
            } catch (MqttException e) {
                throw new TransportException("cannot publish to " + settings + ": " + words(e), e);
            } finally {
                if (!isTaken) {
                    socket.withdraw();
                }
            }
        }

        @Override
        public void subscribe(String filter, int qos) throws TransportException {
            try {
                IMqttToken token = client.subscribe(filter, qos);
                token.waitForCompletion(settings.timeout().toMillis());
                int[] granted = token.getGrantedQos();
                if (granted.length > 0 && granted[0] == SUBSCRIPTION_FAILURE) {
                    throw new TransportException(settings + " refuses the subscription of '" + filter
                            + "'; allow it there, or change the topic of commands");
                }
            } catch (MqttException e) {
                throw new TransportException(
                        "cannot subscribe to '" + filter + "' at " + settings + ": " + words(e), e);
            }
        }

        @Override
        public int inFlightMax() {
            return settings.inFlightMax();
        }

        @Override
        public void disconnect(Duration atMost) {
            try {
                client.disconnect(atMost.toMillis()).waitForCompletion(atMost.toMillis());
            } catch (MqttException e) {
                LOG.debug("client={} could not say good-bye", client.getClientId(), e);
            }
            close();
        }

        @Override
        public void close() {
            if (isClosed.compareAndSet(false, true)) {
                end(client, socket);
            }
        }
    }

    /** MQTT 3.1.1 has no way to refuse a publication: a failure is that of the connection, which is told elsewhere. */
    private record Ends(Link.Completion completion) implements IMqttActionListener {
        @Override
        public void onSuccess(IMqttToken token) {
            completion.delivered();
        }

        @Override
        public void onFailure(IMqttToken token, Throwable cause) {
            LOG.debug("a publication did not get through", cause);
        }
    }
}
