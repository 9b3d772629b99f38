/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** What a person would write without a gateway: Paho hears, a comparison decides, Paho sends. A process of its own. */
public final class PahoLoop {

    /** Most messages without the broker's answer; Bascule has the same. */
    static final int IN_FLIGHT = 5000;

    private PahoLoop() {}

    /** Runs until it is ended. Arguments: port of the broker, QoS. Prints a line when it hears. */
    public static void main(String[] args) throws MqttException, InterruptedException {
        int qos = Integer.parseInt(args[1]);
        String broker = "tcp://127.0.0.1:" + args[0];
        Semaphore window = new Semaphore(IN_FLIGHT);
        MqttAsyncClient out = new MqttAsyncClient(broker, "paho-out", new MemoryPersistence());
        MqttAsyncClient in = new MqttAsyncClient(broker, "paho-in", new MemoryPersistence());
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMaxInflight(2 * IN_FLIGHT);
        out.connect(options).waitForCompletion();
        in.connect(options).waitForCompletion();
        out.setCallback(new Callback() {
            @Override
            public void deliveryComplete(IMqttDeliveryToken token) {
                window.release();
            }
        });
        in.setCallback(new Callback() {
            @Override
            public void messageArrived(String topic, MqttMessage message) throws Exception {
                double value = Double.parseDouble(new String(message.getPayload(), StandardCharsets.US_ASCII));
                if (value > MqttRun.FIRST / 2) {
                    byte[] payload = Double.toString(value).getBytes(StandardCharsets.US_ASCII);
                    window.acquire();
                    out.publish(MqttRun.OUT, payload, qos, false);
                }
            }
        });
        in.subscribe(MqttRun.IN, qos).waitForCompletion();
        new java.io.PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8)
                .println("ready");
        Thread.currentThread().join();
    }

    private abstract static class Callback implements MqttCallback {
        @Override
        public void connectionLost(Throwable cause) {
            Runtime.getRuntime().halt(1);
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) throws Exception {}

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {}
    }
}
