/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.Random;

/**
 * How long a soak lasts and how hard it is. Faults follow from the seed: which one, when, and how long; what the gateway does meanwhile
 * does not. A file carries it into the gateway.
 *
 * @param seed of all schedules
 * @param seconds how long load and faults last
 * @param stations Modbus devices, each a process of its own behind a proxy
 * @param simulators simulated devices whose readings are numbered
 * @param artefacts the folder with the versions of the module that is updated
 */
public record SoakPlan(long seed, int seconds, int stations, int simulators, Path artefacts) {

    static final String FILE = "etc/bench-soak.properties";

    /** The module between the simulators and the ways out. */
    static final String MODULE = "soak";

    /** Flow of what is numbered: through the module into the history, and over MQTT by the outbox. */
    static final String LINE = "line";

    /** Flow of everything else: into the history, and over MQTT as long as the broker is there. */
    static final String FIELD = "field";

    /** How the names of numbered devices begin, of Modbus devices, of those that simulate faults, and of the one that takes commands. */
    static final String NUMBERED = "s";

    static final String STATION = "m";
    static final String FLAKY = "w";
    static final String COMMANDED = "c";

    /** From here on it is long enough for slow schedules, and for judging growth. */
    private static final int LONG_SECONDS = 600;

    private static final int LOOKS = 30;
    private static final int LOOK_SECONDS_MIN = 4;
    private static final int LOOK_SECONDS_MAX = 60;

    /** From one length of time to another. */
    record Span(int minMillis, int maxMillis) {
        int pick(Random random) {
            return minMillis + random.nextInt(maxMillis - minMillis + 1);
        }
    }

    /** Checks the numbers. */
    public SoakPlan {
        if (seconds < 1 || stations < 1 || simulators < 1) {
            throw new IllegalArgumentException("a soak of " + seconds + " s with " + stations + " stations and "
                    + simulators + " simulators; expected at least one of each");
        }
    }

    /** A soak of the length; a short one has fewer devices and more faults a minute. */
    public static SoakPlan lasting(Duration time, long seed, Path artefacts) {
        int seconds = (int) time.toSeconds();
        return seconds < LONG_SECONDS
                ? new SoakPlan(seed, seconds, 4, 2, artefacts)
                : new SoakPlan(seed, seconds, 10, 4, artefacts);
    }

    boolean isLong() {
        return seconds >= LONG_SECONDS;
    }

    /** How long a station is left alone, and how long a fault of it lasts. */
    Span stationRest() {
        return isLong() ? new Span(2_000, 15_000) : new Span(1_500, 6_000);
    }

    Span stationFault() {
        return new Span(300, 5_000);
    }

    /** How long the broker is left alone, and how long a fault of it lasts. */
    Span brokerRest() {
        return isLong() ? new Span(10_000, 50_000) : new Span(4_000, 9_000);
    }

    Span brokerFault() {
        return isLong() ? new Span(500, 20_000) : new Span(300, 7_000);
    }

    Span updateRest() {
        return isLong() ? new Span(15_000, 50_000) : new Span(6_000, 12_000);
    }

    Span commandRest() {
        return isLong() ? new Span(2_000, 8_000) : new Span(500, 2_000);
    }

    /** Between two looks at what the process holds. */
    int lookSeconds() {
        return Math.max(LOOK_SECONDS_MIN, Math.min(LOOK_SECONDS_MAX, seconds / LOOKS));
    }

    /** Before it nothing that the process holds counts: caches fill, and code is compiled. */
    int warmUpSeconds() {
        return isLong() ? seconds / 5 : seconds / 3;
    }

    /** So many versions are there, the first included. */
    int versions() {
        return 2 + (int) (seconds * 1000L / updateRest().minMillis);
    }

    Path artefact(int version) {
        return artefacts.resolve(MODULE + "-" + version(version) + ".wasm");
    }

    static String version(int number) {
        return "1.0." + number;
    }

    /** Chance of its own for each part, so that one that takes a number more changes no other. */
    Random chance(String part) {
        return new Random(seed * 31 + part.hashCode());
    }

    void write(Path file) throws IOException {
        Properties all = new Properties();
        all.setProperty("seed", Long.toString(seed));
        all.setProperty("seconds", Integer.toString(seconds));
        all.setProperty("stations", Integer.toString(stations));
        all.setProperty("simulators", Integer.toString(simulators));
        all.setProperty("artefacts", artefacts.toString());
        try (Writer out = Files.newBufferedWriter(file)) {
            all.store(out, null);
        }
    }

    static SoakPlan read(Path file) throws IOException {
        Properties all = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            all.load(in);
        }
        return new SoakPlan(
                Long.parseLong(all.getProperty("seed")),
                Integer.parseInt(all.getProperty("seconds")),
                Integer.parseInt(all.getProperty("stations")),
                Integer.parseInt(all.getProperty("simulators")),
                Path.of(all.getProperty("artefacts")));
    }
}
