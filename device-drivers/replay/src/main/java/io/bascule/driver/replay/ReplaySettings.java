/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.replay;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A valid configuration.
 *
 * @param columns what is configured; empty for every column but the timestamp's
 * @param speed how many seconds of the recording go by in one second; 0 for as fast as the flow takes it
 * @param loops how often the recording is replayed, 0 for ever
 */
record ReplaySettings(
        String device,
        Path file,
        char delimiter,
        String timestampColumn,
        TimestampFormat timestampFormat,
        List<ReplayColumn> columns,
        double speed,
        int loops,
        boolean shiftToNow,
        int batchSize,
        boolean waitForSubscriber,
        int badRowsShown,
        int recordCharsMax,
        Duration retryMin,
        Duration retryMax) {

    private static final double SPEED_MAX = 1_000_000;
    private static final int LOOPS_MAX = 1_000_000_000;
    private static final int BAD_ROWS_SHOWN_MAX = 1000;
    private static final int RECORD_CHARS_MIN = 64;
    private static final int RECORD_CHARS_MAX = 1024 * 1024;
    private static final int RETRY_MILLIS_MAX = 3_600_000;
    private static final int COLUMNS_MAX = 1000;

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException when anything is wrong; the message names every problem
     */
    static ReplaySettings of(ReplayDriver.Config config) {
        Problems problems = new Problems();
        String device = problems.orElse("device", "invalid", () -> Channel.requireName(config.device()));
        Path file = problems.orElse("file", Path.of("."), () -> path(config.file()));
        char delimiter = problems.orElse("delimiter", ',', () -> delimiter(config.delimiter()));
        if (config.timestampColumn().isBlank()) {
            problems.add("timestampColumn is empty; expected the name of a column");
        }
        TimestampFormat format =
                problems.orElse("timestampFormat", text -> 0, () -> TimestampFormat.of(config.timestampFormat()));
        List<ReplayColumn> columns = columns(device, config.columns(), problems);
        problems.range("speed", config.speed(), 0, SPEED_MAX);
        problems.range("loops", config.loops(), 0, LOOPS_MAX);
        problems.range("batchSize", config.batchSize(), 1, Batch.SIZE_MAX);
        problems.range("badRowsShown", config.badRowsShown(), 0, BAD_ROWS_SHOWN_MAX);
        problems.range("recordCharsMax", config.recordCharsMax(), RECORD_CHARS_MIN, RECORD_CHARS_MAX);
        problems.range("retryMinMillis", config.retryMinMillis(), 1, RETRY_MILLIS_MAX);
        problems.range("retryMaxMillis", config.retryMaxMillis(), 1, RETRY_MILLIS_MAX);
        if (config.retryMinMillis() > config.retryMaxMillis()) {
            problems.add("retryMinMillis " + config.retryMinMillis() + " is more than retryMaxMillis "
                    + config.retryMaxMillis());
        }
        problems.throwIfAny(config.device());
        return new ReplaySettings(
                device,
                file,
                delimiter,
                config.timestampColumn(),
                format,
                columns,
                config.speed(),
                config.loops(),
                config.shiftToNow(),
                config.batchSize(),
                config.waitForSubscriber(),
                config.badRowsShown(),
                config.recordCharsMax(),
                Duration.ofMillis(config.retryMinMillis()),
                Duration.ofMillis(config.retryMaxMillis()));
    }

    private static Path path(String written) {
        if (written.isBlank()) {
            throw new IllegalArgumentException("is empty; expected the path of a CSV file");
        }
        try {
            return Path.of(written);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + written + "' is not a path: " + e.getMessage(), e);
        }
    }

    private static char delimiter(String written) {
        String one = written.equals("\\t") || written.equals("tab") ? "\t" : written;
        if (one.length() != 1 || one.equals("\"") || one.equals("\n") || one.equals("\r")) {
            throw new IllegalArgumentException("'" + written + "' is not one character such as , or ; or the word tab");
        }
        return one.charAt(0);
    }

    private static List<ReplayColumn> columns(String device, String[] written, Problems problems) {
        List<ReplayColumn> columns = new ArrayList<>();
        for (String several : written) {
            for (String one : several.split(";", -1)) {
                if (!one.isBlank()) {
                    try {
                        columns.add(ReplayColumn.parse(device, one));
                    } catch (IllegalArgumentException e) {
                        problems.add("columns: " + e.getMessage());
                    }
                }
            }
        }
        twice(columns, ReplayColumn::column).forEach(c -> problems.add("columns: column '" + c + "' is named twice"));
        twice(columns, ReplayColumn::channel).forEach(c -> problems.add("columns: channel '" + c + "' is fed twice"));
        if (columns.size() > COLUMNS_MAX) {
            problems.add("columns: " + columns.size() + " columns; expected at most " + COLUMNS_MAX);
        }
        return List.copyOf(columns);
    }

    private static List<String> twice(List<ReplayColumn> columns, Function<ReplayColumn, String> name) {
        Map<String, Long> counts = columns.stream().collect(Collectors.groupingBy(name, Collectors.counting()));
        return counts.entrySet().stream()
                .filter(e -> e.getValue() > 1)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** Collects what is wrong, so that a person hears of everything at once. */
    private static final class Problems {
        private final List<String> found = new ArrayList<>();

        void add(String problem) {
            found.add(problem);
        }

        void range(String attribute, double value, double min, double max) {
            // Written so that NaN is a problem too.
            if (!(value >= min && value <= max)) {
                found.add(attribute + " is " + number(value) + "; expected " + number(min) + " to " + number(max));
            }
        }

        private static String number(double value) {
            return value == Math.rint(value) && Math.abs(value) < 1e15
                    ? Long.toString((long) value)
                    : Double.toString(value);
        }

        <T> T orElse(String attribute, T otherwise, Supplier<T> reader) {
            try {
                return reader.get();
            } catch (IllegalArgumentException e) {
                found.add(attribute + ": " + e.getMessage());
                return otherwise;
            }
        }

        void throwIfAny(String device) {
            if (!found.isEmpty()) {
                throw new IllegalArgumentException("configuration " + ReplayDriver.PID + " of device '" + device
                        + "' has " + found.size() + " problems, so there is no device: " + String.join("; ", found));
            }
        }
    }
}
