/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PostgresSettingsTest {

    /** Returns the defaults with some values changed, as DS would make it. */
    private static PostgresConfig with(Map<String, Object> changes) {
        return (PostgresConfig) Proxy.newProxyInstance(
                PostgresConfig.class.getClassLoader(),
                new Class<?>[] {PostgresConfig.class},
                (proxy, method, arguments) -> changes.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    @Test
    void theDefaultsAreThoseOfTheReferenceAndCheckTheServer() {
        PostgresSettings settings = PostgresSettings.of(with(Map.of()));
        assertEquals("jdbc:postgresql://localhost:5432/bascule", settings.url());
        assertEquals("bascule", settings.schema());
        assertEquals(Duration.ofDays(365), settings.historyAge());
        assertEquals("verify-full", settings.account().getProperty("sslmode"));
        assertEquals("10", settings.account().getProperty("socketTimeout"));
    }

    @Test
    void everyAttributeIsUsed() {
        PostgresSettings settings = PostgresSettings.of(with(Map.ofEntries(
                Map.entry("host", "::1"),
                Map.entry("port", 5433),
                Map.entry("database", "plant"),
                Map.entry("schema", "press1"),
                Map.entry("user", "gateway"),
                Map.entry("password", "p"),
                Map.entry("tls", "require"),
                Map.entry("tlsCertificates", "etc/ca.pem"),
                Map.entry("timeoutMillis", 1500),
                Map.entry("outageMillis", 0),
                Map.entry("groupMillis", 5),
                Map.entry("waitingBytesMax", 2_000_000),
                Map.entry("historyBytesMax", 3_000_000L),
                Map.entry("historyAgeDays", 0),
                Map.entry("outboxBytesMax", 4_000_000L))));
        assertEquals("jdbc:postgresql://[::1]:5433/plant", settings.url());
        assertEquals("press1", settings.account().getProperty("currentSchema"));
        assertEquals("gateway", settings.account().getProperty("user"));
        assertEquals("p", settings.account().getProperty("password"));
        assertEquals("etc/ca.pem", settings.account().getProperty("sslrootcert"));
        assertEquals("2", settings.account().getProperty("connectTimeout"));
        assertEquals(
                List.of(Duration.ofMillis(1500), Duration.ZERO, Duration.ofMillis(5)),
                List.of(settings.timeout(), settings.outage(), settings.group()));
        assertEquals(2_000_000, settings.waitingBytesMax());
        assertEquals(3_000_000, settings.historyBytesMax());
        assertEquals(Duration.ZERO, settings.historyAge());
        assertEquals(4_000_000, settings.outboxBytesMax());
    }

    @Test
    void everyProblemIsNamedAtOnce() {
        IllegalArgumentException problem = assertThrows(
                IllegalArgumentException.class,
                () -> PostgresSettings.of(with(Map.of(
                        "port",
                        0,
                        "host",
                        "a/b?user=x",
                        "database",
                        "x?sslmode=disable",
                        "schema",
                        "Press 1",
                        "tls",
                        "yes",
                        "historyAgeDays",
                        -1))));
        String message = String.valueOf(problem.getMessage());
        for (String words : List.of(
                "6 problems",
                "port is 0; expected 1 to 65535",
                "host is 'a/b?user=x'",
                "database is 'x?sslmode=disable'",
                "schema is 'Press 1'; expected small letters",
                "tls is 'yes'; expected one of",
                "historyAgeDays is -1")) {
            assertTrue(message.contains(words), message);
        }
    }
}
