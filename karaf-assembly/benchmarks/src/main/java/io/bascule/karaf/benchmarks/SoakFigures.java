/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** What the gateway says of itself at one moment, as {@link SoakProbe} wrote it. */
final class SoakFigures {

    private final Properties all;

    SoakFigures(Properties all) {
        this.all = all;
    }

    /** Reads the newest; empty before the first. */
    static SoakFigures read(Path home) throws IOException {
        Properties all = new Properties();
        Path file = home.resolve(SoakProbe.FIGURES);
        if (Files.exists(file)) {
            try (Reader in = Files.newBufferedReader(file)) {
                all.load(in);
            }
        }
        String failure = all.getProperty(SoakProbe.FAILURE);
        if (failure != null) {
            throw new IOException("the probe in the gateway failed: " + failure);
        }
        return new SoakFigures(all);
    }

    boolean isReady() {
        return Boolean.parseBoolean(all.getProperty(SoakProbe.READY));
    }

    String text(String key) {
        return all.getProperty(key, "");
    }

    long number(String key) {
        return Long.parseLong(all.getProperty(key, "0"));
    }

    long stage(String flow, String stage, String figure) {
        return number("stage." + flow + "." + stage + "." + figure);
    }

    /** Returns the devices and their states, as words. */
    Map<String, String> states() {
        Map<String, String> states = new TreeMap<>();
        for (String key : all.stringPropertyNames()) {
            if (key.startsWith("device.") && key.endsWith(".state")) {
                states.put(key.substring("device.".length(), key.length() - ".state".length()), text(key));
            }
        }
        return states;
    }

    /** Returns the sum of a figure of all devices. */
    long ofDevices(String figure) {
        return states().keySet().stream()
                .mapToLong(device -> number("device." + device + "." + figure))
                .sum();
    }

    /** Returns how many readings of each channel the registry published, by name. */
    Map<String, Long> seen() {
        Map<String, Long> seen = new TreeMap<>();
        for (String key : all.stringPropertyNames()) {
            if (key.startsWith(SoakSeen.COUNT)) {
                seen.put(key.substring(SoakSeen.COUNT.length()), number(key));
            }
        }
        return seen;
    }

    /** Returns the highest number of a numbered channel, -1 when there was none. */
    long highest(String channel) {
        return Long.parseLong(all.getProperty(SoakSeen.HIGHEST + channel, "-1"));
    }

    /** Returns how many batches wait in the queues, and messages in the outboxes. */
    long waiting() {
        return all.stringPropertyNames().stream()
                .filter(key -> key.endsWith(".queued") || key.startsWith("outbox.messages."))
                .mapToLong(this::number)
                .sum();
    }

    /** Returns whether everything counted is alike; what the process does beside has no part in it. */
    boolean isAlike(SoakFigures other) {
        return all.equals(other.all);
    }
}
