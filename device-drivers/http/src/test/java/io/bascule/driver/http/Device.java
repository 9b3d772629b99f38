/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.core.driver.payload.StandardPayloadFormats;
import io.bascule.testkit.driver.RecordingSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A driver without a runtime, for tests. */
final class Device {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    final HttpDriver driver;

    private Device(HttpDriver driver) {
        this.driver = driver;
    }

    /** Returns a driver that is connected. */
    static Device at(String baseUrl, Map<String, Object> changes) throws Exception {
        Map<String, Object> settings =
                new HashMap<>(Map.of("device", "d", "baseUrl", baseUrl, "timeoutMillis", 20_000));
        settings.putAll(changes);
        DeviceSettings read = new DeviceSettings(TestConfig.with(settings));
        HttpDriver driver = HttpSettings.driver(read, new StandardPayloadFormats());
        assertEquals(List.of(), read.problems());
        driver.connect(Deadline.after(LIMIT));
        return new Device(driver);
    }

    /** Returns the address {@code path} with {@code options}, names and values in turns. */
    HttpAddress address(String path, String... options) {
        Map<String, String> all = new LinkedHashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        return driver.address(new ChannelConfig("c", path, all, ""));
    }

    RecordingSink read(HttpAddress... addresses) throws Exception {
        RecordingSink sink = new RecordingSink();
        driver.plan(List.of(addresses), Duration.ZERO).read(sink, Deadline.after(LIMIT));
        return sink;
    }

    /** Returns the value at one address, or the word of the quality that says why there is none. */
    String told(HttpAddress address) throws Exception {
        RecordingSink sink = read(address);
        Quality why = sink.missing().get(0);
        return why == null ? sink.value(0).asText() : why.word();
    }

    Quality write(HttpAddress address, Value value) throws Exception {
        return driver.write(new ArrayList<>(List.of(address)), List.of(value), Deadline.after(LIMIT))
                .get(0);
    }
}
