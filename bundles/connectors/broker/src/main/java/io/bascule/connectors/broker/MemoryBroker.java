/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.broker;

import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.protocol.mqtt.MQTTProtocolManagerFactory;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/** Artemis with one acceptor for MQTT on 127.0.0.1. Keeps nothing on disk; what does not fit into its memory is dropped. */
final class MemoryBroker {

    private static final int START_SECONDS_MAX = 60;
    private static final int THREADS_MAX = 8;
    private static final int NETWORK_THREADS = 2;

    /** Of all memory, what one topic's waiting messages may take. */
    private static final int TOPIC_PART = 4;

    private final ActiveMQServer server;

    /**
     * Prepares a broker.
     *
     * @param memoryBytesMax most bytes of messages
     */
    MemoryBroker(int port, long memoryBytesMax) throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setName("bascule")
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .setMessageCounterEnabled(false)
                .setCriticalAnalyzer(false)
                .setThreadPoolMaxSize(THREADS_MAX)
                .setScheduledThreadPoolMaxSize(1)
                .setGlobalMaxSize(memoryBytesMax);
        // Sockets of the JDK: native libraries would be unpacked into a temporary folder.
        configuration.addAcceptorConfiguration(
                "mqtt",
                "tcp://127.0.0.1:" + port + "?protocols=MQTT;useEpoll=false;useKQueue=false;remotingThreads="
                        + NETWORK_THREADS);
        configuration.addAddressSetting(
                "#",
                new AddressSettings()
                        .setMaxSizeBytes(memoryBytesMax / TOPIC_PART)
                        .setAddressFullMessagePolicy(AddressFullMessagePolicy.DROP)
                        // Nothing is ever put there; without a name each new subscription is two warnings in the log.
                        .setDeadLetterAddress(SimpleString.of("bascule.undelivered"))
                        .setExpiryAddress(SimpleString.of("bascule.expired"))
                        .setAutoDeleteAddresses(true)
                        .setAutoDeleteQueues(true));
        server = new ActiveMQServerImpl(configuration);
        server.addProtocolManagerFactory(new MQTTProtocolManagerFactory());
    }

    /** Starts it; returns when it listens. */
    void start() throws Exception {
        server.start();
        if (!server.waitForActivation(START_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the broker has not started within " + START_SECONDS_MAX + " s");
        }
    }

    /** Stops it; also one that did not start. */
    void stop() throws Exception {
        server.stop();
    }
}
