/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.SubscriptionListener;
import io.bascule.testkit.driver.RecordingSink;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Drivers and addresses for tests that need no runtime. */
final class Sessions {

    /** Where the test server has its variables. */
    static final String MACHINE = "nsu=http://bascule.test/machine;s=";

    /** Longer than anything that works takes on a busy machine. */
    static final Duration LIMIT = Duration.ofMinutes(2);

    /** Keeps what a server tells by itself. */
    static final class Heard implements SubscriptionListener {
        final List<Reading> readings = new CopyOnWriteArrayList<>();
        final Map<Integer, Quality> missing = new ConcurrentHashMap<>();
        final List<String> lost = new CopyOnWriteArrayList<>();

        @Override
        public void onReading(int index, Value value, Quality quality, long timeNanos) {
            readings.add(new Reading(index + 1, value, quality, timeNanos));
        }

        @Override
        public void onNone(int index, Quality quality) {
            missing.put(index, quality);
        }

        @Override
        public void onLost(String reason) {
            lost.add(reason);
        }

        List<Value> values(int index) {
            return readings.stream()
                    .filter(r -> r.channel() == index + 1)
                    .map(Reading::value)
                    .toList();
        }
    }

    private Sessions() {}

    static OpcUaDriver driver(Map<String, Object> changes, ClientThreads threads, Browser browser) {
        DeviceSettings read = new DeviceSettings(TestConfig.with(changes));
        OpcUaDriver driver = new OpcUaDriver(OpcUaSettings.read(read), threads, browser);
        assertEquals(List.of(), read.problems());
        return driver;
    }

    /** Returns a driver that is connected without security. */
    static OpcUaDriver connected(String endpoint, ClientThreads threads) throws Exception {
        return connected(Map.of("endpoint", endpoint, "securityPolicy", "none"), threads, new Browser());
    }

    static OpcUaDriver connected(Map<String, Object> changes, ClientThreads threads, Browser browser) throws Exception {
        Map<String, Object> settings =
                new HashMap<>(Map.of("device", "d", "publishingIntervalMillis", 50, "timeoutMillis", 20_000));
        settings.putAll(changes);
        OpcUaDriver driver = driver(settings, threads, browser);
        driver.connect(Deadline.after(LIMIT));
        return driver;
    }

    /** Returns the address of a variable of the machine with options written as {@code key=value}. */
    static NodeAddress address(String name, String... options) {
        Map<String, String> written = new HashMap<>();
        Arrays.stream(options).forEach(o -> written.put(o.split("=", 2)[0], o.split("=", 2)[1]));
        return NodeAddress.parse(new ChannelConfig("c", name.contains("=") ? name : MACHINE + name, written, ""));
    }

    static RecordingSink read(OpcUaDriver driver, NodeAddress... addresses) throws Exception {
        RecordingSink sink = new RecordingSink();
        driver.plan(List.of(addresses), Duration.ZERO).read(sink, Deadline.after(LIMIT));
        return sink;
    }

    static Quality write(OpcUaDriver driver, NodeAddress address, Value value) throws Exception {
        return driver.write(List.of(address), List.of(value), Deadline.after(LIMIT))
                .get(0);
    }
}
