/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.transport;

import io.bascule.protocol.mqtt.BrokerSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MQTT 5 by Paho, which is inside this bundle. Beyond MQTT 3.1.1: the broker says how much it takes at once and which publication
 * it refuses; messages carry their id as a user property, their content type, and where to answer.
 */
public final class Paho5 implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(Paho5.class);

    /** Name of the user property that carries the id of a message. */
    private static final String ID = "id";

    /** From here on a reason code is a refusal, MQTT 5 section 2.4. */
    private static final int REFUSED = 0x80;

    @Override
    public Link connect(LinkSettings settings, Optional<Publication> will, LinkListener listener)
            throws TransportException {
        MqttConnectionOptions options = options(settings);
        will.ifPresent(w -> options.setWill(w.topic(), message(w)));
        BrokerSocket socket = settings.socket();
        options.setSocketFactory(socket.factory());
        MqttAsyncClient client = null;
        try {
            client = new MqttAsyncClient(settings.address(), settings.clientId(), new MemoryPersistence());
            client.setCallback(new Ears(listener));
            IMqttToken token = client.connect(options);
            token.waitForCompletion(settings.timeout().toMillis());
            MqttProperties said = token.getResponseProperties();
            Integer most = said == null ? null : said.getReceiveMaximum();
            int inFlightMax = most == null ? settings.inFlightMax() : Math.min(settings.inFlightMax(), most);
            return new PahoLink(client, socket, settings, inFlightMax);
        } catch (MqttException e) {
            if (client != null) {
                end(client, socket);
            }
            throw new TransportException("cannot connect to " + settings + ": " + words(e), e);
        }
    }

    private static MqttConnectionOptions options(LinkSettings settings) {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(settings.sessionExpiry().isZero());
        options.setSessionExpiryInterval(settings.sessionExpiry().toSeconds());
        options.setAutomaticReconnect(false);
        options.setConnectionTimeout((int) Math.max(1, settings.timeout().toSeconds()));
        options.setKeepAliveInterval((int) settings.keepAlive().toSeconds());
        if (!settings.user().isEmpty()) {
            options.setUserName(settings.user());
            options.setPassword(settings.password().getBytes(StandardCharsets.UTF_8));
        }
        return options;
    }

    private static MqttMessage message(Publication publication) {
        MqttProperties properties = new MqttProperties();
        if (!publication.id().isEmpty()) {
            properties.setUserProperties(List.of(new UserProperty(ID, publication.id())));
        }
        if (!publication.contentType().isEmpty()) {
            properties.setContentType(publication.contentType());
        }
        if (publication.correlation().length > 0) {
            properties.setCorrelationData(publication.correlation());
        }
        return new MqttMessage(publication.payload(), publication.qos(), publication.isRetained(), properties);
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

    /** Returns the first refusal among the reason codes, or -1. */
    private static int refusal(IMqttToken token) {
        int[] codes = token == null ? null : token.getReasonCodes();
        if (codes != null) {
            for (int code : codes) {
                if ((code & 0xFF) >= REFUSED) {
                    return code & 0xFF;
                }
            }
        }
        return -1;
    }

    /** Passes on what comes. */
    private record Ears(LinkListener listener) implements MqttCallback {
        @Override
        public void disconnected(MqttDisconnectResponse response) {
            MqttException cause = response.getException();
            listener.lost(cause == null ? String.valueOf(response.getReasonString()) : words(cause));
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {
            LOG.debug("the MQTT client met an error", exception);
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            MqttProperties properties = message.getProperties();
            String replyTopic = properties == null ? null : properties.getResponseTopic();
            byte[] correlation = properties == null ? null : properties.getCorrelationData();
            listener.arrived(new Incoming(
                    topic,
                    message.getPayload(),
                    message.isRetained(),
                    replyTopic == null ? "" : replyTopic,
                    correlation == null ? new byte[0] : correlation));
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // Each publication has a listener of its own.
        }

        @Override
        public void connectComplete(boolean isReconnect, String serverUri) {
            // The token of the attempt says so.
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            LOG.debug(
                    "the broker wants an enhanced authentication, which there is none of; reason code {}", reasonCode);
        }
    }

    private static final class PahoLink implements Link {
        private final MqttAsyncClient client;
        private final BrokerSocket socket;
        private final LinkSettings settings;
        private final int inFlightMax;
        private final AtomicBoolean isClosed = new AtomicBoolean();

        PahoLink(MqttAsyncClient client, BrokerSocket socket, LinkSettings settings, int inFlightMax) {
            this.client = client;
            this.socket = socket;
            this.settings = settings;
            this.inFlightMax = inFlightMax;
        }

        @Override
        public void publish(Publication publication, Completion completion) throws TransportException {
            socket.announce();
            boolean isTaken = false;
            try {
                client.publish(publication.topic(), message(publication), null, new Ends(completion));
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
                int code = refusal(token);
                if (code >= 0) {
                    throw new TransportException(settings + " refuses the subscription of '" + filter
                            + "' with reason code " + code + "; allow it there, or change the topic of commands");
                }
            } catch (MqttException e) {
                throw new TransportException(
                        "cannot subscribe to '" + filter + "' at " + settings + ": " + words(e), e);
            }
        }

        @Override
        public int inFlightMax() {
            return inFlightMax;
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

    /** A failure without a reason code is that of the connection, which is told elsewhere. */
    private record Ends(Link.Completion completion) implements MqttActionListener {
        @Override
        public void onSuccess(IMqttToken token) {
            int code = refusal(token);
            if (code >= 0) {
                completion.refused("reason code " + code);
            } else {
                completion.delivered();
            }
        }

        @Override
        public void onFailure(IMqttToken token, Throwable cause) {
            int code = refusal(token);
            if (code >= 0) {
                completion.refused("reason code " + code);
            } else {
                LOG.debug("a publication did not get through", cause);
            }
        }
    }
}
