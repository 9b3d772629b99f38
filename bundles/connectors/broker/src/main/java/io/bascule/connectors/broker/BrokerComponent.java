/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.broker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the broker while there is a configuration for it. Without one the bundle costs its place on the disk. */
@Component(
        service = {},
        immediate = true,
        configurationPid = BrokerComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        name = BrokerComponent.PID)
@Designate(ocd = BrokerComponent.Config.class)
public final class BrokerComponent {

    /** The PID. */
    public static final String PID = "io.bascule.connectors.broker";

    private static final Logger LOG = LoggerFactory.getLogger(BrokerComponent.class);
    private static final int CLOSE_SECONDS_MAX = 15;
    private static final int PORT_MAX = 65_535;
    private static final int MEMORY_MIN = 1024 * 1024;
    private static final int MEMORY_MAX = 1024 * 1024 * 1024;

    /** What can be configured. */
    @ObjectClassDefinition(
            id = PID,
            name = "Bascule MQTT broker",
            description = "A broker inside the gateway, on 127.0.0.1 and in memory")
    @interface Config {
        /** Where it listens. */
        @AttributeDefinition(name = "Port", description = "TCP port on 127.0.0.1", min = "1", max = "65535")
        int port() default 1883;

        /** How much it keeps. */
        @AttributeDefinition(
                name = "Memory",
                description = "Most memory that messages may take; what does not fit is dropped. Unit: bytes",
                min = "1048576",
                max = "1073741824")
        int memoryBytesMax() default 16 * 1024 * 1024;
    }

    private final int port;
    private final int memoryBytesMax;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** Begins to start the broker; returns before it listens. */
    @Activate
    public BrokerComponent(Config config) {
        port = within("port", config.port(), 1, PORT_MAX);
        memoryBytesMax = within("memoryBytesMax", config.memoryBytesMax(), MEMORY_MIN, MEMORY_MAX);
        thread = new Thread(this::run, "bascule-broker");
        thread.setDaemon(true);
        thread.start();
    }

    private static int within(String key, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("configuration " + PID + " makes no broker: " + key + " is " + value
                    + "; expected " + min + " to " + max);
        }
        return value;
    }

    private void run() {
        try {
            MemoryBroker broker = new MemoryBroker(port, memoryBytesMax);
            try {
                broker.start();
                LOG.info("the broker listens on 127.0.0.1:{}", port);
                closing.await();
            } finally {
                broker.stop();
            }
        } catch (InterruptedException e) {
            LOG.warn("the broker was interrupted while it closed");
        } catch (Exception e) {
            // Artemis declares nothing more precise.
            LOG.error(
                    "the broker on 127.0.0.1:{} ended; set another port in etc/{}.cfg if that one is taken",
                    port,
                    PID,
                    e);
        }
    }

    /** Ends the broker, within fifteen seconds. */
    @Deactivate
    void deactivate() throws InterruptedException {
        closing.countDown();
        thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS_MAX));
        thread.interrupt();
    }
}
