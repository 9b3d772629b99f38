/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * The configuration, checked.
 *
 * @param url for the driver, without account
 * @param account user, password and what else the driver wants
 * @param schema of the tables
 * @param timeout of an answer
 * @param outage how long what is being written waits for a server that went away
 * @param group how long a group waits for more
 * @param waitingBytesMax memory of what waits, for history and outboxes each
 * @param historyBytesMax most bytes of readings
 * @param historyAge how old readings get, zero for no limit
 * @param outboxBytesMax bytes of each outbox
 */
record PostgresSettings(
        String url,
        Properties account,
        String schema,
        Duration timeout,
        Duration outage,
        Duration group,
        int waitingBytesMax,
        long historyBytesMax,
        Duration historyAge,
        long outboxBytesMax) {

    private static final int MIB = 1024 * 1024;
    private static final long BYTES_MAX = 1024L * 1024 * MIB;
    private static final int PORT_MAX = 65_535;
    private static final int TIMEOUT_MILLIS_MAX = 3_600_000;
    private static final int OUTAGE_MILLIS_MAX = 60_000;
    private static final int MILLIS_PER_SECOND = 1000;
    private static final int AGE_DAYS_MAX = 36_500;
    private static final List<String> TLS = List.of("disable", "prefer", "require", "verify-ca", "verify-full");

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException when it is wrong; the message names every problem
     */
    static PostgresSettings of(PostgresConfig config) {
        List<String> problems = new ArrayList<>();
        within(problems, "port", config.port(), 1, PORT_MAX);
        within(problems, "timeoutMillis", config.timeoutMillis(), MILLIS_PER_SECOND, TIMEOUT_MILLIS_MAX);
        within(problems, "outageMillis", config.outageMillis(), 0, OUTAGE_MILLIS_MAX);
        within(problems, "groupMillis", config.groupMillis(), 0, MILLIS_PER_SECOND);
        within(problems, "waitingBytesMax", config.waitingBytesMax(), MIB, 1024L * MIB);
        within(problems, "historyBytesMax", config.historyBytesMax(), MIB, BYTES_MAX);
        within(problems, "historyAgeDays", config.historyAgeDays(), 0, AGE_DAYS_MAX);
        within(problems, "outboxBytesMax", config.outboxBytesMax(), MIB, BYTES_MAX);
        // They become part of an address, in which other characters have a meaning of their own.
        matching(problems, "host", config.host(), "[A-Za-z0-9.:_-]{1,253}", "a name or address");
        matching(problems, "database", config.database(), "[A-Za-z0-9_.-]{1,63}", "letters, digits and . _ -");
        matching(problems, "schema", config.schema(), "[a-z_][a-z0-9_]{0,62}", "small letters, digits and _");
        matching(problems, "user", config.user(), "\\S.{0,62}", "the name of an account");
        if (!TLS.contains(config.tls())) {
            problems.add("tls is '" + config.tls() + "'; expected one of " + TLS);
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("configuration " + PostgresConfig.PID + " has " + problems.size()
                    + " problems: " + String.join("; ", problems));
        }
        String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
        return new PostgresSettings(
                "jdbc:postgresql://" + host + ":" + config.port() + "/" + config.database(),
                account(config),
                config.schema(),
                Duration.ofMillis(config.timeoutMillis()),
                Duration.ofMillis(config.outageMillis()),
                Duration.ofMillis(config.groupMillis()),
                config.waitingBytesMax(),
                config.historyBytesMax(),
                Duration.ofDays(config.historyAgeDays()),
                config.outboxBytesMax());
    }

    private static Properties account(PostgresConfig config) {
        String seconds = Integer.toString((config.timeoutMillis() + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND);
        Properties properties = new Properties();
        properties.setProperty("user", config.user());
        properties.setProperty("password", config.password());
        properties.setProperty("sslmode", config.tls());
        if (!config.tlsCertificates().isEmpty()) {
            properties.setProperty("sslrootcert", config.tlsCertificates());
        }
        properties.setProperty("currentSchema", config.schema());
        properties.setProperty("connectTimeout", seconds);
        properties.setProperty("loginTimeout", seconds);
        properties.setProperty("socketTimeout", seconds);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "bascule");
        // Values of rows are nothing for messages and logs.
        properties.setProperty("logServerErrorDetail", "false");
        // Rows of a batch go as one statement with many values.
        properties.setProperty("reWriteBatchedInserts", "true");
        return properties;
    }

    private static void within(List<String> problems, String key, long value, long min, long max) {
        if (value < min || value > max) {
            problems.add(key + " is " + value + "; expected " + min + " to " + max);
        }
    }

    private static void matching(List<String> problems, String key, String value, String pattern, String expected) {
        if (!value.matches(pattern)) {
            problems.add(key + " is '" + value + "'; expected " + expected);
        }
    }
}
