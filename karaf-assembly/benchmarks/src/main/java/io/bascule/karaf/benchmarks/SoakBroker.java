/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.testkit.driver.FaultyProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Debian's mosquitto, spoiled, and who listens at it. The gateway goes through a proxy that lets it in only while the listener is there:
 * what the broker has acknowledged it has passed on, so that what is missing at the listener is the gateway's loss and not the
 * broker's.
 */
final class SoakBroker implements AutoCloseable {

    /** Everything that the gateway publishes is below it. */
    static final String TOPICS = "soak/#";

    private static final int LISTENS_ATTEMPTS = 600;
    private static final long LISTENS_MILLIS = 50;
    private static final int DELAY_MILLIS_MIN = 20;
    private static final int DELAY_MILLIS_MORE = 300;
    private static final int LAST_WORDS_SECONDS = 10;
    private static final int PART_MILLIS = 50;

    private final int port;
    private final SoakProcess mosquitto;
    private final FaultyProxy proxy;
    private final SoakFaults faults;
    private final MqttWire.Received listener;
    private @Nullable MqttWire hearing;
    private volatile @Nullable MqttWire telling;
    private int connections;

    SoakBroker(Path folder, SoakPlan plan, MqttWire.Received listener) throws IOException, InterruptedException {
        this.listener = listener;
        this.port = MqttPeer.freePort();
        Path settings = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener " + port + " 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n"
                        // As root it would become another user, who cannot read this file.
                        + "user root\nmax_queued_messages 0\nmax_inflight_messages 0\nlog_type error\n");
        mosquitto = new SoakProcess(MqttPeer.mosquittoProgram().toString(), "-c", settings.toString());
        proxy = new FaultyProxy(port, plan.seed());
        faults = new SoakFaults(
                "broker",
                List.of(
                        new Away("killed", true),
                        new Away("stopped and started", false),
                        new Suspended(),
                        new OnTheWay(FaultyProxy.Fault.CUT, "connection cut"),
                        new OnTheWay(FaultyProxy.Fault.DELAY, "answers late"),
                        new Parted()),
                plan.chance("broker"),
                plan.brokerRest(),
                plan.brokerFault());
        proxy.set(FaultyProxy.Fault.CUT);
        boolean isOpen = false;
        try {
            open();
            isOpen = true;
        } finally {
            if (!isOpen) {
                mosquitto.close();
            }
        }
    }

    /** The port for the gateway. */
    int port() {
        return proxy.port();
    }

    SoakFaults faults() {
        return faults;
    }

    /** What to publish with; another one after a fault. */
    @Nullable
    MqttWire telling() {
        return telling;
    }

    private void open() throws IOException, InterruptedException {
        mosquitto.start();
        for (int i = 0; i < LISTENS_ATTEMPTS && !MqttPeer.isListening(port); i++) {
            if (!mosquitto.isAlive()) {
                throw new IOException("mosquitto did not start on port " + port);
            }
            new CountDownLatch(1).await(LISTENS_MILLIS, TimeUnit.MILLISECONDS);
        }
        connections++;
        MqttWire next = new MqttWire(port, "soak-hears-" + connections, listener);
        next.subscribe(TOPICS, 1);
        hearing = next;
        telling = new MqttWire(port, "soak-tells-" + connections, (bytes, start, end) -> {});
        proxy.set(FaultyProxy.Fault.NONE);
    }

    /** Hears what the broker had said before it went, and then lets go of it. */
    private void closeWires() throws IOException, InterruptedException {
        MqttWire heard = hearing;
        MqttWire told = telling;
        if (told != null) {
            told.close();
        }
        if (heard != null) {
            if (!heard.awaitEnd(LAST_WORDS_SECONDS)) {
                throw new IOException("the broker is gone and its connection is not");
            }
            heard.close();
        }
    }

    private final class Away implements SoakFaults.Kind {
        private final String word;
        private final boolean isKilled;

        Away(String word, boolean isKilled) {
            this.word = word;
            this.isKilled = isKilled;
        }

        @Override
        public String word() {
            return word;
        }

        @Override
        public void begin(Random random) throws IOException, InterruptedException {
            if (isKilled) {
                mosquitto.kill();
            } else {
                mosquitto.terminate();
            }
            proxy.set(FaultyProxy.Fault.CUT);
            closeWires();
        }

        @Override
        public void end() throws IOException, InterruptedException {
            open();
        }
    }

    private final class Suspended implements SoakFaults.Kind {
        @Override
        public String word() {
            return "suspended";
        }

        @Override
        public void begin(Random random) throws IOException, InterruptedException {
            mosquitto.suspend();
        }

        @Override
        public void end() throws IOException, InterruptedException {
            mosquitto.resume();
        }
    }

    private final class OnTheWay implements SoakFaults.Kind {
        private final FaultyProxy.Fault fault;
        private final String word;

        OnTheWay(FaultyProxy.Fault fault, String word) {
            this.fault = fault;
            this.word = word;
        }

        @Override
        public String word() {
            return word;
        }

        @Override
        public void begin(Random random) {
            proxy.setDelayMillis(DELAY_MILLIS_MIN + random.nextInt(DELAY_MILLIS_MORE));
            proxy.set(fault);
        }

        @Override
        public void end() {
            proxy.set(FaultyProxy.Fault.NONE);
        }
    }

    /** Nothing goes through, and then the connection is gone: TCP loses no bytes in between. */
    private final class Parted implements SoakFaults.Kind {
        @Override
        public String word() {
            return "network parted";
        }

        @Override
        public void begin(Random random) {
            proxy.set(FaultyProxy.Fault.DROP);
        }

        @Override
        public void end() throws InterruptedException {
            proxy.set(FaultyProxy.Fault.CUT);
            new CountDownLatch(1).await(PART_MILLIS, TimeUnit.MILLISECONDS);
            proxy.set(FaultyProxy.Fault.NONE);
        }
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        mosquitto.close();
        MqttWire heard = hearing;
        if (heard != null) {
            heard.close();
        }
        MqttWire told = telling;
        if (told != null) {
            told.close();
        }
    }
}
