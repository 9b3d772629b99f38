/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import io.bascule.api.channel.Channel;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outboxes;
import io.bascule.connectors.mqtt.Mosquitto.Heard;
import io.bascule.connectors.mqtt.Mosquitto.Listener;
import io.bascule.core.store.SqliteStore;
import io.bascule.core.store.StoreConfig;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.FaultyProxy;
import io.bascule.testkit.driver.FaultyProxy.Fault;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;

/** The sink through the outbox of the real store: nothing is lost, whatever happens to the broker or to the gateway. */
class OutboxTest {

    private static final String DURABLE = """
            {"connection": "local", "topic": "t/{point}", "durable": true}""";

    @TempDir
    Path folder;

    private Mosquitto broker;
    private SqliteStore store;
    private final Rig rig = new Rig();
    private final IdentityHashMap<Outboxes, ComponentServiceObjects<Outboxes>> lenders = new IdentityHashMap<>();

    @BeforeEach
    void start() {
        broker = Mosquitto.open(folder);
        store = open();
    }

    @AfterEach
    void end() throws ReflectiveOperationException {
        rig.close();
        close(store);
        broker.close();
    }

    private SqliteStore open() {
        BundleContext context = (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> folder.toString());
        StoreConfig config = (StoreConfig) Proxy.newProxyInstance(
                StoreConfig.class.getClassLoader(),
                new Class<?>[] {StoreConfig.class},
                (proxy, method, arguments) -> method.getDefaultValue());
        return new SqliteStore(context, config, rig.registry);
    }

    private static void close(SqliteStore store) throws ReflectiveOperationException {
        // What declarative services calls.
        Method close = SqliteStore.class.getDeclaredMethod("close");
        close.setAccessible(true);
        close.invoke(store);
    }

    private MqttComponent connected(int port, Map<String, Object> more) {
        MqttComponent connection = rig.connected(port, more);
        connection.bindOutboxes(lend(store));
        return connection;
    }

    /** What declarative services gives for a service that is made when somebody asks; the same each time. */
    private ComponentServiceObjects<Outboxes> lend(Outboxes outboxes) {
        return lenders.computeIfAbsent(outboxes, Lender::new);
    }

    private record Lender(Outboxes outboxes) implements ComponentServiceObjects<Outboxes> {
        @Override
        public Outboxes getService() {
            return outboxes;
        }

        @Override
        public void ungetService(Outboxes service) {
            assertEquals(outboxes, service);
        }

        @Override
        public ServiceReference<Outboxes> getServiceReference() {
            throw new AssertionError("not asked for");
        }
    }

    private static double[] values(int from, int count) {
        return IntStream.range(from, from + count).asDoubleStream().toArray();
    }

    /** Asserts that all values have arrived, the first time each in order, each always under its id. */
    private static void assertWhole(List<Heard> heard, int count) {
        Map<String, Double> valueOfId = new LinkedHashMap<>();
        for (Heard message : heard) {
            var json = JsonParser.parseString(message.payload()).getAsJsonObject();
            double value = json.get("value").getAsDouble();
            Double before = valueOfId.putIfAbsent(json.get("id").getAsString(), value);
            assertTrue(before == null || before == value, "an id stands for one message");
        }
        List<Double> expected =
                IntStream.range(0, count).asDoubleStream().boxed().toList();
        assertEquals(expected, List.copyOf(valueOfId.values()));
    }

    private static long distinct(Listener listener) {
        return listener.payloads().stream()
                .map(p -> JsonParser.parseString(p).getAsJsonObject().get("id").getAsString())
                .distinct()
                .count();
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void messagesWaitWhileTheBrokerIsDeadAndThenLeaveInOrder(String version) throws FlowException {
        MqttComponent connection = connected(broker.port(), Map.of("version", version));
        Channel channel = rig.number("press/speed");
        Stage sink = rig.sink(DURABLE);
        Outbox outbox = store.open("mqtt-local");
        broker.kill();
        Await.until("the loss is seen", () -> !connection.state().isConnected());
        sink.accept(Rig.batch(channel, values(0, 300)));
        sink.accept(Rig.batch(channel, values(300, 300)));
        assertEquals(600, outbox.figures().messages());
        // So that the listener is there first.
        try (FaultyProxy gate = new FaultyProxy(broker.port(), 42)) {
            rig.end(connection);
            broker.start();
            Listener listener = broker.listen("t/#");
            connected(gate.port(), Map.of("version", version));
            // As the flow does when it finds the connection; that begins to empty the outbox.
            rig.sink(DURABLE);
            Await.until("all are heard", () -> distinct(listener) == 600);
            assertWhole(listener.heard(), 600);
            Await.until("the outbox is empty", () -> outbox.figures().messages() == 0);
            assertEquals(0, outbox.figures().dropped());
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"CUT", "DROP", "HALF", "GARBAGE"})
    void aNetworkThatFailsAgainAndAgainLosesNothing(Fault fault) throws FlowException {
        try (FaultyProxy proxy = new FaultyProxy(broker.port(), 42)) {
            MqttComponent connection = connected(
                    proxy.port(), Map.of("answerTimeoutMillis", 400, "timeoutMillis", 1000, "inFlightMax", 20));
            Listener listener = broker.listen("t/#");
            Channel channel = rig.number("press/speed");
            Stage sink = rig.sink(DURABLE);
            for (int round = 0; round < 3; round++) {
                long connects = connection.state().connects();
                proxy.set(fault);
                sink.accept(Rig.batch(channel, values(round * 200, 200)));
                Await.until(
                        "the loss is seen",
                        () -> !connection.state().isConnected()
                                || connection.state().connects() > connects);
                proxy.set(Fault.NONE);
                int expected = (round + 1) * 200;
                Await.until("all are heard", () -> distinct(listener) == expected);
            }
            assertWhole(listener.heard(), 600);
            Outbox outbox = store.open("mqtt-local");
            Await.until("the outbox is empty", () -> outbox.figures().messages() == 0);
        }
    }

    @Test
    void whatWasNotAnsweredBeforeTheEndOfTheProcessComesAgainUnderTheSameId() throws Exception {
        try (FaultyProxy proxy = new FaultyProxy(broker.port(), 42)) {
            MqttComponent connection = connected(proxy.port(), Map.of());
            Listener listener = broker.listen("t/#");
            Channel channel = rig.number("press/speed");
            rig.sink(DURABLE).accept(Rig.batch(channel, values(0, 10)));
            Await.until(
                    "ten have left", () -> store.open("mqtt-local").figures().messages() == 0);
            // Messages get through, answers do not: the broker has what the gateway does not know that it has.
            proxy.setDelayMillis(60_000);
            proxy.set(Fault.DELAY);
            rig.sink(DURABLE).accept(Rig.batch(channel, values(10, 10)));
            listener.await(20);
            rig.end(connection);
            close(store);
            store = open();
            proxy.set(Fault.NONE);
            connected(broker.port(), Map.of());
            rig.sink(DURABLE);
            listener.await(30);
            assertWhole(listener.heard(), 20);
            Await.until(
                    "the outbox is empty",
                    () -> store.open("mqtt-local").figures().messages() == 0);
        }
    }

    @Test
    void aReturningBrokerIsNotFlooded() throws FlowException {
        rig.connected(broker.port(), Map.of("drainPerSecond", 100)).bindOutboxes(lend(store));
        Listener listener = broker.listen("t/#");
        Channel channel = rig.number("press/speed");
        long begin = System.nanoTime();
        rig.sink(DURABLE).accept(Rig.batch(channel, values(0, 150)));
        assertWhole(listener.await(150), 150);
        double seconds = (System.nanoTime() - begin) / 1e9;
        // At most a tenth of a second is made up for.
        assertTrue(seconds > 1.3, "150 messages at 100 a second took " + seconds + " s");
    }

    @Test
    void withoutAStoreTheFlowWaitsAndIsToldWhatToInstall() {
        rig.connected(broker.port(), Map.of());
        FlowException failure = assertThrows(FlowException.class, () -> rig.sink(DURABLE));
        assertTrue(failure.getMessage().contains("bascule-store"), failure.getMessage());
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void whatASparkplugHostMissedComesAfterTheBirthInOrderAndIsHistorical(String version) throws FlowException {
        String sink = "{\"connection\": \"local\", \"payload\": \"sparkplug\", \"durable\": true, \"readings\": 10}";
        Map<String, Object> config = Map.of("version", version, "sparkplugGroup", "plant", "sparkplugQos", 1);
        MqttComponent connection = connected(broker.port(), config);
        Channel channel = rig.number("press/speed");
        broker.kill();
        Await.until("the loss is seen", () -> !connection.state().isConnected());
        rig.sink(sink).accept(Rig.batch(channel, values(0, 200)));
        rig.end(connection);
        broker.start();
        try (SparkplugHost host = SparkplugHost.start(broker.port());
                FaultyProxy proxy = new FaultyProxy(broker.port(), 42)) {
            connected(proxy.port(), config);
            Stage again = rig.sink(sink);
            Await.until("what waited", () -> distinct(host) == 20);
            host.heard("NDATA").forEach(m -> m.metrics().forEach(v -> assertTrue(v.isHistorical(), m.toString())));
            again.accept(Rig.batch(channel, values(200, 10)));
            Await.until("news", () -> distinct(host) == 21);
            List<SparkplugHost.Message> data = host.heard("NDATA");
            assertFalse(data.get(data.size() - 1).metrics().get(0).isHistorical());
            SparkplugHost.requireValid(host.heard());
            // Each value the first time it came, by the ids of their messages.
            Map<String, List<Double>> valuesOfId = new LinkedHashMap<>();
            data.forEach(m -> valuesOfId.putIfAbsent(
                    m.uuid(),
                    m.metrics().stream().map(SparkplugHost.Metric::number).toList()));
            assertEquals(
                    IntStream.range(0, 210).asDoubleStream().boxed().toList(),
                    valuesOfId.values().stream().flatMap(List::stream).toList());
            Outbox outbox = store.open("mqtt-local");
            Await.until("the outbox is empty", () -> outbox.figures().messages() == 0);
        }
    }

    private static long distinct(SparkplugHost host) {
        return host.heard("NDATA").stream()
                .map(SparkplugHost.Message::uuid)
                .distinct()
                .count();
    }

    @Test
    void aDurableSinkNeedsAnAnswerToEachMessage() {
        rig.connected(broker.port(), Map.of("sparkplugGroup", "plant")).bindOutboxes(lend(store));
        FlowException failure = assertThrows(
                FlowException.class,
                () -> rig.sink("{\"connection\": \"local\", \"payload\": \"sparkplug\", \"durable\": true}"));
        assertTrue(failure.getMessage().contains("sparkplugQos = 1"), failure.getMessage());
    }

    @Test
    void theStoreMayGoAndComeBack() throws Exception {
        MqttComponent connection = connected(broker.port(), Map.of());
        Listener listener = broker.listen("t/#");
        Channel channel = rig.number("press/speed");
        Stage sink = rig.sink(DURABLE);
        sink.accept(Rig.batch(channel, values(0, 5)));
        listener.await(5);
        connection.unbindOutboxes(lend(store));
        assertThrows(FlowException.class, () -> sink.accept(Rig.batch(channel, values(5, 5))));
        close(store);
        store = open();
        connection.bindOutboxes(lend(store));
        sink.accept(Rig.batch(channel, values(5, 5)));
        Await.until("all are heard", () -> distinct(listener) == 10);
        assertWhole(listener.heard(), 10);
    }
}
