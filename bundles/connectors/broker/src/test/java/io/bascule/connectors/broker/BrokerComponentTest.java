/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.testkit.Await;
import io.bascule.testkit.FreePort;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The broker inside: started, used by an ordinary client, ended without a trace. */
class BrokerComponentTest {

    private static BrokerComponent.Config config(Map<String, Object> values) {
        return (BrokerComponent.Config) Proxy.newProxyInstance(
                BrokerComponent.Config.class.getClassLoader(),
                new Class<?>[] {BrokerComponent.Config.class},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void whatIsPublishedArrivesAndRetainedMessagesAreKept() throws Exception {
        int port = FreePort.tcp();
        BrokerComponent broker = new BrokerComponent(config(Map.of("port", port)));
        try {
            Await.until("the broker listens", () -> isListening(port));
            List<String> heard = Collections.synchronizedList(new ArrayList<>());
            MqttClient client = client(port, "one");
            client.subscribe("a/#", 1, (topic, m) -> heard.add(topic + " " + text(m.getPayload())));
            for (int i = 0; i < 100; i++) {
                client.publish("a/" + i % 3, Integer.toString(i).getBytes(StandardCharsets.UTF_8), i % 3, false);
            }
            client.publish("a/kept", "k".getBytes(StandardCharsets.UTF_8), 1, true);
            Await.until("all arrive", () -> heard.size() == 101);
            MqttClient late = client(port, "two");
            late.subscribe("a/#", 1, (topic, m) -> heard.add("late " + topic + " " + m.isRetained()));
            Await.until("the kept one arrives", () -> heard.size() == 102);
            assertEquals("late a/kept true", heard.get(101));
            late.disconnect();
            client.disconnect();
        } finally {
            broker.deactivate();
        }
        assertTrue(!isListening(port), "it is gone");
        Await.until("its threads are gone", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().contains("activemq") || t.getName().equals("bascule-broker")));
    }

    private static MqttClient client(int port, String name) throws MqttException {
        MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, name, new MemoryPersistence());
        client.connect();
        return client;
    }

    private static String text(byte[] payload) {
        return new String(payload, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"port,0", "port,65536", "memoryBytesMax,1000"})
    void aWrongValueMakesNoBroker(String key, int value) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new BrokerComponent(config(Map.of(key, value))));
        assertTrue(e.getMessage().contains(key + " is " + value), e.getMessage());
    }
}
