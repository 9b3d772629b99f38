/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * MQTT in, a comparison, MQTT out, all on one machine with mosquitto beside it: through the distribution, whose comparison is a
 * WebAssembly module, through a bare Java loop on Paho, and through Node-RED. One message is one reading.
 */
final class MqttSuite implements Bench.Suite {

    private static final List<Integer> RATES = List.of(1_000, 5_000, 10_000, 20_000, 30_000, 40_000);
    private static final int SECONDS = Integer.getInteger("bascule.bench.mqtt.seconds", 8);
    /** Until the compilers are done: before, they took a third of a gateway's CPU time. */
    private static final int WARM_UP_SECONDS = 30;

    private static final int WARM_UP_RATE = 8_000;
    private static final int READY_ATTEMPTS = 60;
    private static final double MILLION = 1e6;
    private static final double KEPT_UP = 0.99;

    /** What turns messages round; CPU seconds are of its process alone. */
    private interface Contender extends AutoCloseable {
        double cpuSeconds();

        @Override
        void close() throws IOException;
    }

    /** Starts a contender between the two topics. */
    private interface Starter {
        Contender start(Path folder, int port, int qos) throws Exception;
    }

    private record Row(String contender, MqttRun.Result result, double cpuMicros, double brokerMicros) {}

    private static Map<String, Starter> contenders() {
        Map<String, Starter> contenders = new LinkedHashMap<>();
        contenders.put("Bascule, WASM module", MqttGateway::start);
        contenders.put("Paho loop in Java", (folder, port, qos) -> of(MqttPeer.pahoLoop(folder, port, qos)));
        contenders.put("Node-RED", (folder, port, qos) -> of(MqttPeer.nodeRed(folder, port, qos)));
        return contenders;
    }

    private static Contender of(MqttPeer peer) {
        return new Contender() {
            @Override
            public double cpuSeconds() {
                return peer.cpuSeconds();
            }

            @Override
            public void close() {
                peer.close();
            }
        };
    }

    /** The distribution as a contender. */
    private record MqttGateway(Gateway gateway) implements Contender {

        static Contender start(Path folder, int port, int qos) throws Exception {
            Gateway gateway = Gateway.unpack(folder.resolve("gateway-" + qos));
            boolean isStarted = false;
            try {
                MqttSetting.prepare(gateway, port, qos);
                gateway.start();
                isStarted = true;
                return new MqttGateway(gateway);
            } finally {
                if (!isStarted) {
                    gateway.close();
                }
            }
        }

        @Override
        public double cpuSeconds() {
            return gateway.cpuSeconds();
        }

        @Override
        public void close() throws IOException {
            gateway.close();
        }
    }

    @Override
    public String run(PrintStream progress) throws Exception {
        StringBuilder table = new StringBuilder("A message is one reading; " + SECONDS
                + " s for each figure, after " + WARM_UP_SECONDS + " s at " + WARM_UP_RATE
                + " a second. Broker, load and"
                + " contender share the machine. Time is from the moment a message was due at the sender to its arrival at the"
                + " receiver. **Bold**: it kept up, 99 % of the rate came back and none was lost. Bascule and the loop have at"
                + " most " + PahoLoop.IN_FLIGHT + " messages without the broker's answer, Node-RED any number.\n"
                + "Targets: 30 000 messages/s kept up; p95 below 3 ms at 10 000/s; ahead of both others.\n");
        Path work = Files.createTempDirectory("bascule-bench-mqtt");
        try {
            int port = MqttPeer.freePort();
            for (int qos = 0; qos <= 1; qos++) {
                table.append("\nQoS ").append(qos).append(":\n\n");
                table.append(
                        "| contender | messages/s asked | came back/s | lost | doubled | out of order | p50, ms | p95, ms |"
                                + " p99, ms | CPU us a message | of the broker |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
                for (Map.Entry<String, Starter> each : contenders().entrySet()) {
                    try (MqttPeer broker = MqttPeer.mosquitto(work, port);
                            Contender contender = each.getValue().start(work, port, qos)) {
                        measure(each.getKey(), contender, broker, port, qos, progress, table);
                    }
                }
            }
        } finally {
            Gateway.delete(work);
        }
        return table.toString();
    }

    private static void measure(
            String name,
            Contender contender,
            MqttPeer broker,
            int port,
            int qos,
            PrintStream progress,
            StringBuilder table)
            throws IOException, InterruptedException {
        awaitReady(name, port, qos);
        MqttRun.measure(port, WARM_UP_RATE / 4, qos, WARM_UP_SECONDS / 5);
        MqttRun.measure(port, WARM_UP_RATE, qos, WARM_UP_SECONDS);
        for (int rate : RATES) {
            double before = contender.cpuSeconds();
            double brokerBefore = broker.cpuSeconds();
            MqttRun.Result result = MqttRun.measure(port, rate, qos, SECONDS);
            double perMessage = MILLION / Math.max(1, result.received());
            String row = row(new Row(
                    name,
                    result,
                    (contender.cpuSeconds() - before) * perMessage,
                    (broker.cpuSeconds() - brokerBefore) * perMessage));
            progress.print("QoS " + qos + " " + row);
            table.append(row);
        }
    }

    /** Sends a few messages until they come back. */
    private static void awaitReady(String name, int port, int qos) throws IOException, InterruptedException {
        for (int i = 0; i < READY_ATTEMPTS; i++) {
            MqttRun.Result result = MqttRun.measure(port, 20, qos, 1);
            if (result.lost() == 0) {
                return;
            }
        }
        throw new IOException(name + " does not turn messages from " + MqttRun.IN + " to " + MqttRun.OUT);
    }

    private static String row(Row row) {
        MqttRun.Result result = row.result;
        boolean hasKeptUp = result.perSecond() >= KEPT_UP * result.rate() && result.lost() == 0;
        String rate = String.valueOf(result.rate());
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.0f | %d | %d | %d | %.2f | %.2f | %.2f | %.1f | %.1f |%n",
                row.contender,
                hasKeptUp ? "**" + rate + "**" : rate,
                result.perSecond(),
                result.lost(),
                result.doubled(),
                result.disordered(),
                result.times().quantile(0.5) / MILLION,
                result.times().quantile(0.95) / MILLION,
                result.times().quantile(0.99) / MILLION,
                row.cpuMicros,
                row.brokerMicros);
    }
}
