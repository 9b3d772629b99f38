/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.protocol.mqtt.BrokerSocket;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to the broker: one client of Paho for each connection, never reused. Confined to the lane of its device but for the
 * messages, which Paho's thread brings.
 */
final class BrokerLink {

    /** What a broker answers instead of a quality of service (MQTT 3.1.1 section 3.9.3). */
    private static final int REFUSED = 0x80;

    private static final int TOPICS_PER_REQUEST = 200;
    /** Messages that the broker had kept follow its answer to the subscription; the first scan is to have them. */
    private static final Duration RETAINED_WAIT = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(BrokerLink.class);
    private static final long GOODBYE_MILLIS = 50;

    private final BrokerSettings settings;
    private final DeviceState state;
    private final boolean isRetainedIgnored;
    private final TopicStore store = new TopicStore();
    private final InstantSource clock = InstantSource.system();
    private final Map<String, Integer> granted = new HashMap<>();
    private final Map<String, Long> writeMarks = new HashMap<>();
    private @Nullable MqttAsyncClient client;
    private @Nullable BrokerSocket socket;
    private final AtomicLong connection = new AtomicLong();
    private volatile @Nullable Told told;

    BrokerLink(BrokerSettings settings, DeviceState state, boolean isRetainedIgnored) {
        this.settings = settings;
        this.state = state;
        this.isRetainedIgnored = isRetainedIgnored;
    }

    TopicStore store() {
        return store;
    }

    DeviceState state() {
        return state;
    }

    /** Returns the number of the connection: what was remembered of another one is of no use. */
    long connection() {
        return connection.get();
    }

    void connect(Deadline deadline) throws DriverException, InterruptedException {
        close();
        store.clear();
        state.clear();
        BrokerSocket own = new BrokerSocket(
                settings.isSecure() ? settings.tls().context().getSocketFactory() : null, settings.host(), true);
        socket = own;
        MqttConnectOptions options = options();
        options.setSocketFactory(own.factory());
        Completion done = new Completion("CONNECT");
        try {
            MqttAsyncClient opened =
                    new MqttAsyncClient(settings.tcpUri(), settings.clientId(), new MemoryPersistence());
            client = opened;
            opened.setCallback(new Messenger(connection.get()));
            opened.connect(options, null, done);
        } catch (MqttException e) {
            throw failed("CONNECT", e);
        }
        done.await(deadline);
        if (state.isTold()) {
            subscribe(Map.of(state.topic(), 1), deadline);
        }
    }

    private MqttConnectOptions options() throws DriverException {
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setCleanSession(true);
        options.setAutomaticReconnect(false);
        options.setKeepAliveInterval((int) settings.keepAlive().toSeconds());
        // Ours is the shorter limit; this one only ends Paho's own wait.
        options.setConnectionTimeout((int) settings.timeout().toSeconds() + 1);
        if (!settings.user().isEmpty()) {
            options.setUserName(settings.user());
            options.setPassword(settings.password().resolve().toCharArray());
        }
        return options;
    }

    /** Subscribes to what is not subscribed yet and waits a moment for what the broker had kept. */
    void subscribe(Map<String, Integer> qosByTopic, Deadline deadline) throws DriverException, InterruptedException {
        requireConnected();
        List<String> missing = qosByTopic.keySet().stream()
                .filter(t -> !granted.containsKey(t))
                .toList();
        request(missing, qosByTopic, deadline);
    }

    /** Subscribes also to what is subscribed already, so that the broker sends again what it had kept. */
    void subscribeAgain(Map<String, Integer> qosByTopic, Deadline deadline)
            throws DriverException, InterruptedException {
        requireConnected();
        Map<String, Integer> all = new HashMap<>(qosByTopic);
        if (state.isTold()) {
            all.put(state.topic(), 1);
        }
        request(List.copyOf(all.keySet()), all, deadline);
    }

    private void request(List<String> topics, Map<String, Integer> qosByTopic, Deadline deadline)
            throws DriverException, InterruptedException {
        List<String> heard = new ArrayList<>();
        for (int start = 0; start < topics.size(); start += TOPICS_PER_REQUEST) {
            List<String> some = topics.subList(start, Math.min(topics.size(), start + TOPICS_PER_REQUEST));
            int[] qos =
                    some.stream().mapToInt(t -> qosByTopic.getOrDefault(t, 0)).toArray();
            Completion done = new Completion("SUBSCRIBE to " + some.get(0));
            try {
                opened().subscribe(some.toArray(String[]::new), qos, null, done);
            } catch (MqttException e) {
                throw failed("SUBSCRIBE to " + some.get(0), e);
            }
            int[] answer = done.await(deadline).getGrantedQos();
            for (int i = 0; i < some.size(); i++) {
                int given = i < answer.length ? answer[i] : REFUSED;
                granted.put(some.get(i), given);
                if (given != REFUSED) {
                    heard.add(some.get(i));
                }
            }
        }
        if (!heard.isEmpty() && !isRetainedIgnored) {
            store.awaitAll(heard, deadline.atMost(RETAINED_WAIT));
        }
    }

    /** Returns whether the broker does not let us hear a topic. */
    boolean isRefused(String topic) {
        return granted.getOrDefault(topic, 0) == REFUSED;
    }

    /** Sets who is told of messages from now on. */
    void tell(Told listener) {
        told = listener;
    }

    /** Returns the number of the last message before the last write that concerns a topic; -1 when there was none. */
    long writeMark(String topic) {
        return writeMarks.getOrDefault(topic, -1L);
    }

    /** Publishes, and returns when the broker has taken it: at once with quality of service 0. */
    void publish(MqttAddress address, MqttAddress.Write how, byte[] payload, Deadline deadline)
            throws DriverException, InterruptedException {
        requireConnected();
        writeMarks.put(address.topic(), store.number());
        Completion done = new Completion("PUBLISH to " + how.topic());
        try {
            opened().publish(how.topic(), payload, how.qos(), how.isRetained(), null, done);
        } catch (MqttException e) {
            throw failed("PUBLISH to " + how.topic(), e);
        }
        done.await(deadline);
    }

    private MqttAsyncClient opened() throws DriverException {
        MqttAsyncClient open = client;
        if (open == null) {
            throw new DriverException("broker " + settings.uri() + " is not connected");
        }
        return open;
    }

    /**
     * Does nothing while the connection is there.
     *
     * @throws DriverException when it is lost; says why
     */
    void requireConnected() throws DriverException {
        opened();
        String reason = store.lostReason();
        if (reason != null) {
            throw new DriverException(reason);
        }
    }

    /**
     * Lets go of the connection, whatever state it is in. Of one that is not there yet only the socket is closed: that ends Paho's
     * threads, and nothing else does so safely.
     */
    void close() {
        MqttAsyncClient open = client;
        BrokerSocket line = socket;
        client = null;
        socket = null;
        told = null;
        connection.incrementAndGet();
        granted.clear();
        writeMarks.clear();
        boolean wasConnected = open != null && open.isConnected() && store.lostReason() == null;
        try {
            if (open != null && wasConnected) {
                // It ends with a DISCONNECT, so that the broker does not take us for lost.
                open.disconnectForcibly(0, GOODBYE_MILLIS, true);
            }
            if (line != null) {
                line.close();
            }
            if (open != null && wasConnected) {
                open.close(true);
            }
        } catch (MqttException | IOException e) {
            LOG.debug("broker={} the connection was on its end already", settings.uri(), e);
            hangUp(line);
        }
    }

    private void hangUp(@Nullable BrokerSocket line) {
        try {
            if (line != null) {
                line.close();
            }
        } catch (IOException e) {
            LOG.debug("broker={} the socket cannot be closed", settings.uri(), e);
        }
    }

    private DriverException failed(String what, Throwable problem) {
        return new DriverException("broker " + settings.uri() + ": " + what + " failed: " + reason(problem), problem);
    }

    private static String reason(Throwable problem) {
        Throwable cause = problem.getCause() == null ? problem : problem.getCause();
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private long nowNanos() {
        Instant now = clock.instant();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    /** The end of one request. */
    private final class Completion implements IMqttActionListener {
        private final String what;
        private final CompletableFuture<IMqttToken> token = new CompletableFuture<>();

        private Completion(String what) {
            this.what = what;
        }

        @Override
        public void onSuccess(IMqttToken asyncActionToken) {
            token.complete(asyncActionToken);
        }

        @Override
        public void onFailure(IMqttToken asyncActionToken, Throwable exception) {
            token.completeExceptionally(exception);
        }

        IMqttToken await(Deadline deadline) throws DriverException, InterruptedException {
            try {
                return token.get(deadline.atMost(settings.timeout()).remainingNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                throw new DriverException(
                        "broker " + settings.uri() + ": no answer within "
                                + settings.timeout().toMillis() + " ms to " + what,
                        e);
            } catch (ExecutionException e) {
                throw failed(what, e.getCause() == null ? e : e.getCause());
            }
        }
    }

    /** Hears one connection; called by Paho's thread. */
    private final class Messenger implements MqttCallback {
        private final long own;

        private Messenger(long own) {
            this.own = own;
        }

        @Override
        public void connectionLost(Throwable cause) {
            if (own == connection.get()) {
                String reason = "broker " + settings.uri() + ": connection lost: " + reason(cause);
                store.lose(reason);
                Told listener = told;
                if (listener != null) {
                    listener.onLost(reason);
                }
            }
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            boolean isOfState = state.isTold() && topic.equals(state.topic());
            if (own != connection.get() || (message.isRetained() && isRetainedIgnored && !isOfState)) {
                return;
            }
            byte[] payload = message.getPayload();
            boolean isTooLong = payload.length > settings.payloadBytesMax();
            TopicStore.Arrived arrived =
                    store.put(topic, isTooLong ? new byte[0] : payload, isTooLong, message.isRetained(), nowNanos());
            Told listener = told;
            boolean isChange = isOfState && state.accept(arrived);
            if (listener == null) {
                return;
            }
            if (isChange || (isOfState && state.isOffline())) {
                listener.onState(state, store);
            }
            listener.onMessage(topic, arrived, state);
        }

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {
            // Each publication has a completion of its own.
        }
    }
}
