/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.traffic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How the batches that reach a stage are divided between the live versions of the module it names. Written by people as one
 * line, see {@code parse}; {@code toString} gives that line back.
 */
public sealed interface TrafficRule {

    /** Most versions of one module that live side by side. */
    int VERSIONS_MAX = 4;

    /** The rule when nobody said anything. */
    TrafficRule LATEST = new Latest();

    /** Returns the versions that the rule names, the active one first; empty for {@link Latest}. */
    List<String> versions();

    /** All to the highest version that is ready. */
    record Latest() implements TrafficRule {
        @Override
        public List<String> versions() {
            return List.of();
        }

        @Override
        public String toString() {
            return "latest";
        }
    }

    /**
     * All to one version.
     *
     * @param version which
     */
    record All(String version) implements TrafficRule {
        /** Checks the version. */
        public All {
            requireVersions(List.of(version), 1);
        }

        @Override
        public List<String> versions() {
            return List.of(version);
        }

        @Override
        public String toString() {
            return "all " + version;
        }
    }

    /**
     * Each batch to one version, so that in the long run each gets its share. Deterministic: with 90 and 10, every tenth batch.
     *
     * @param weights version to share, in the order given; shares are 0 to 100 and sum up to 100
     */
    record Weighted(Map<String, Integer> weights) implements TrafficRule {
        /** Checks the shares and copies them. */
        public Weighted {
            weights = requireShares(weights);
        }

        @Override
        public List<String> versions() {
            return List.copyOf(weights.keySet());
        }

        @Override
        public String toString() {
            return "weighted " + describe(weights);
        }
    }

    /**
     * One batch to each in turn.
     *
     * @param versions two or more
     */
    record RoundRobin(List<String> versions) implements TrafficRule {
        /** Checks the versions and copies them. */
        public RoundRobin {
            versions = requireVersions(versions, 2);
        }

        @Override
        public String toString() {
            return "round-robin " + String.join(" ", versions);
        }
    }

    /**
     * Each channel always to the same version: what a module needs that keeps state for each channel.
     *
     * @param weights version to share of the channels, in the order given; shares are 0 to 100 and sum up to 100
     */
    record ByChannel(Map<String, Integer> weights) implements TrafficRule {
        /** Checks the shares and copies them. */
        public ByChannel {
            weights = requireShares(weights);
        }

        @Override
        public List<String> versions() {
            return List.copyOf(weights.keySet());
        }

        @Override
        public String toString() {
            return "by-channel " + describe(weights);
        }
    }

    /**
     * All to the active version; the candidate gets a copy, what comes out of it is compared with what comes out of the active
     * one, and dropped.
     *
     * @param active whose outputs count
     * @param candidate whose outputs are only compared
     * @param tolerance how far numbers may differ, relative to the active version's number; 0 and up
     */
    record Shadow(String active, String candidate, double tolerance) implements TrafficRule {
        /** Checks the tolerance and the versions. */
        public Shadow {
            requireVersions(List.of(active, candidate), 2);
            if (!(tolerance >= 0) || Double.isInfinite(tolerance)) {
                throw new IllegalArgumentException("tolerance " + tolerance
                        + " of a shadow is not valid; expected a number from 0, such as 0.001");
            }
        }

        @Override
        public List<String> versions() {
            return List.of(active, candidate);
        }

        @Override
        public String toString() {
            return "shadow " + active + " " + candidate + " tolerance=" + tolerance;
        }
    }

    /**
     * Reads a rule: {@code latest}, {@code all 1.0.0}, {@code weighted 1.0.0=90 1.1.0=10}, {@code round-robin 1.0.0 1.1.0},
     * {@code by-channel 1.0.0=50 1.1.0=50} or {@code shadow 1.0.0 1.1.0 tolerance=0.001}.
     *
     * @throws IllegalArgumentException when {@code text} is none of these; says what is wrong
     */
    static TrafficRule parse(String text) {
        List<String> words = Arrays.asList(text.strip().split("\\s+"));
        List<String> rest = words.subList(1, words.size());
        return switch (words.get(0)) {
            case "latest" -> {
                requireCount(text, rest, 0, 0);
                yield LATEST;
            }
            case "all" -> {
                requireCount(text, rest, 1, 1);
                yield new All(rest.get(0));
            }
            case "weighted" -> new Weighted(shares(text, rest));
            case "round-robin" -> new RoundRobin(rest);
            case "by-channel" -> new ByChannel(shares(text, rest));
            case "shadow" -> {
                requireCount(text, rest, 2, 3);
                yield new Shadow(rest.get(0), rest.get(1), rest.size() == 2 ? 0 : tolerance(text, rest.get(2)));
            }
            default ->
                throw new IllegalArgumentException("traffic rule '" + text + "' is not valid; expected it to begin with"
                        + " latest, all, weighted, round-robin, by-channel or shadow");
        };
    }

    private static void requireCount(String text, List<String> rest, int min, int max) {
        if (rest.size() < min || rest.size() > max) {
            throw new IllegalArgumentException("traffic rule '" + text + "' has " + rest.size()
                    + " words after the first; expected " + (min == max ? "" + min : min + " to " + max));
        }
    }

    private static double tolerance(String text, String word) {
        try {
            if (word.startsWith("tolerance=")) {
                return Double.parseDouble(word.substring("tolerance=".length()));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("traffic rule '" + text + "': '" + word + "' is not a number", e);
        }
        throw new IllegalArgumentException(
                "traffic rule '" + text + "' ends with '" + word + "'; expected for example 'tolerance=0.001'");
    }

    private static Map<String, Integer> shares(String text, List<String> words) {
        Map<String, Integer> shares = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            try {
                Integer share = equals < 1 ? null : Integer.valueOf(word.substring(equals + 1));
                if (share == null || shares.put(word.substring(0, equals), share) != null) {
                    throw new IllegalArgumentException("traffic rule '" + text + "': '" + word
                            + "' is not a version that is new in the rule and its share, such as 1.1.0=10");
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "traffic rule '" + text + "': the share in '" + word + "' is not a whole number", e);
            }
        }
        return shares;
    }

    private static Map<String, Integer> requireShares(Map<String, Integer> weights) {
        requireVersions(new ArrayList<>(weights.keySet()), 2);
        int sum = weights.values().stream().mapToInt(Integer::intValue).sum();
        if (sum != 100 || weights.values().stream().anyMatch(share -> share < 0 || share > 100)) {
            throw new IllegalArgumentException("the shares " + describe(weights)
                    + " are not valid; expected numbers from 0 to 100 that sum up to 100, got " + sum);
        }
        return Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    }

    private static List<String> requireVersions(List<String> versions, int min) {
        if (versions.size() < min
                || versions.size() > VERSIONS_MAX
                || new HashSet<>(versions).size() != versions.size()) {
            throw new IllegalArgumentException("the rule names the versions " + versions + "; expected " + min + " to "
                    + VERSIONS_MAX + " different ones");
        }
        for (String version : versions) {
            if (!version.matches("\\d+(\\.\\d+(\\.\\d+(\\.[A-Za-z0-9_-]+)?)?)?")) {
                throw new IllegalArgumentException("'" + version
                        + "' is not a version; expected numbers with dots and perhaps a qualifier, such as 1.1.0");
            }
        }
        return List.copyOf(versions);
    }

    private static String describe(Map<String, Integer> weights) {
        return weights.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
    }
}
