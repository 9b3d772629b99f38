/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What faults are written as: {@code name(key=value,key=value)}. Each argument is taken once; what is left at
 * the end was a mistake.
 */
final class Call {

    private static final Pattern WRITTEN = Pattern.compile("([a-z]+)\\s*(?:\\(([^()]*)\\))?");
    private static final Pattern TIME = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*(ms|s|min|h)");

    private final String name;
    private final Map<String, String> arguments = new LinkedHashMap<>();
    private final TreeSet<String> known = new TreeSet<>();

    private Call(String name) {
        this.name = name;
    }

    /** Splits several of them at semicolons. */
    static List<String> split(List<String> written) {
        List<String> parts = new ArrayList<>();
        for (String several : written) {
            for (String one : several.split(";", -1)) {
                if (!one.isBlank()) {
                    parts.add(one.strip());
                }
            }
        }
        return parts;
    }

    static Call parse(String written) {
        Matcher matcher = WRITTEN.matcher(written.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + written
                    + "' is not written as name(key=value,key=value), for example spike(every=10s,add=300)");
        }
        Call call = new Call(matcher.group(1));
        String arguments = matcher.group(2);
        if (arguments != null && !arguments.isBlank()) {
            for (String argument : arguments.split(",", -1)) {
                int equals = argument.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException(
                            "'" + argument.strip() + "' in " + call.name + "(...) is not written as key=value");
                }
                String key = argument.substring(0, equals).strip();
                if (call.arguments.put(key, argument.substring(equals + 1).strip()) != null) {
                    throw new IllegalArgumentException("'" + key + "' is given twice in " + call.name + "(...)");
                }
            }
        }
        return call;
    }

    String name() {
        return name;
    }

    String text(String key, String otherwise) {
        known.add(key);
        String value = arguments.remove(key);
        return value == null ? otherwise : value;
    }

    double number(String key, double otherwise) {
        String value = text(key, "");
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            double number = Double.parseDouble(value);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + "='" + value + "' in " + name + "(...) is not a number", e);
        }
        throw new IllegalArgumentException(key + "='" + value + "' in " + name + "(...) is not a finite number");
    }

    /** Returns a time in nanoseconds, more than 0. */
    long nanos(String key, long otherwise) {
        String value = text(key, "");
        if (value.isEmpty()) {
            return otherwise;
        }
        Matcher matcher = TIME.matcher(value);
        if (matcher.matches()) {
            double seconds = Double.parseDouble(matcher.group(1))
                    * switch (matcher.group(2)) {
                        case "ms" -> 0.001;
                        case "min" -> 60;
                        case "h" -> 3600;
                        default -> 1;
                    };
            if (seconds <= Duration.ofDays(1000).toSeconds()) {
                return Math.round(seconds * 1e9);
            }
        }
        throw new IllegalArgumentException(
                key + "='" + value + "' in " + name + "(...) is not a time such as 250ms, 10s, 5min or 2h");
    }

    /** Says so when something was written that nobody asked for. */
    void done() {
        if (!arguments.isEmpty()) {
            throw new IllegalArgumentException(
                    name + "(...) has no argument " + arguments.keySet() + "; it takes " + known);
        }
    }
}
