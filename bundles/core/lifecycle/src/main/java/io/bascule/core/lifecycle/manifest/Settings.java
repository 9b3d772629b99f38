/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.manifest;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads the configuration of a module from a manifest. It must survive Configuration Admin: keys there are the same in upper
 * and lower case, a list holds values of one type, and some keys belong to whoever stores it.
 */
final class Settings {

    private static final Set<String> RESERVED =
            Set.of("service.pid", "service.factorypid", "service.bundlelocation", "service.id", "objectclass");
    private static final String FILE_PREFIX = "felix.fileinstall.";
    /** PID of the configuration of one device; whether it is one of the module's is found when the module is known. */
    private static final Pattern DEVICE_PID =
            Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*~[A-Za-z0-9_.-]{1,64}");

    private static final int DEVICES_MAX = 512;

    private Settings() {}

    /** Returns the configuration at {@code key}; empty when there is none. */
    static Optional<Map<String, Object>> read(Keys keys, String key, Problems problems) {
        if (keys.get(key) == null) {
            return Optional.empty();
        }
        Map<String, Object> configuration = read(keys.object(key), true, problems);
        if (configuration.values().stream().filter(Map.class::isInstance).count() > DEVICES_MAX) {
            keys.wrong(key, "expected the configurations of at most " + DEVICES_MAX + " devices");
        }
        return Optional.of(configuration);
    }

    private static Map<String, Object> read(Keys settings, boolean mayHaveDevices, Problems problems) {
        Map<String, Object> configuration = new LinkedHashMap<>();
        Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : settings.names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (name.isBlank() || RESERVED.contains(lower) || lower.startsWith(FILE_PREFIX)) {
                settings.wrong(name, "key '" + name + "' belongs to the gateway; a module cannot be given it");
            } else if (!seen.add(name)) {
                settings.wrong(name, "key '" + name + "' stands twice: upper and lower case are the same here");
            }
            Object value = settings.get(name);
            if (mayHaveDevices && value instanceof Map<?, ?>) {
                if (!DEVICE_PID.matcher(name).matches()) {
                    settings.wrong(
                            name,
                            "an object is the configuration of a device; expected its PID as key, FACTORY~NAME, for"
                                    + " example io.bascule.driver.modbus~press");
                }
                configuration.put(name, read(settings.object(name), false, problems));
            } else if (value instanceof List<?> list) {
                configuration.put(name, list(list, settings.at(name), problems));
            } else if (value != null) {
                scalar(value, settings.at(name), problems).ifPresent(read -> configuration.put(name, read));
            }
        }
        return configuration;
    }

    private static Optional<Object> scalar(Object value, String path, Problems problems) {
        if (value instanceof String || value instanceof Boolean) {
            return Optional.of(value);
        }
        if (value instanceof BigDecimal number) {
            Object read = number(number);
            if (!(read instanceof Double d) || Double.isFinite(d)) {
                return Optional.of(read);
            }
        }
        problems.add(path, "expected text, a number, true, false or a list of those, got " + Keys.describe(value));
        return Optional.empty();
    }

    /** Returns a {@link Long} for what is written without point and exponent and fits, a {@link Double} otherwise. */
    private static Object number(BigDecimal number) {
        try {
            if (number.scale() == 0) {
                return number.longValueExact();
            }
        } catch (ArithmeticException e) {
            // Too large for a long: the nearest double.
        }
        return number.doubleValue();
    }

    private static List<Object> list(List<?> list, String path, Problems problems) {
        List<Object> read = new ArrayList<>();
        Set<String> types = new TreeSet<>();
        for (int i = 0; i < list.size(); i++) {
            Object element = list.get(i);
            scalar(element, path + "/" + i, problems).ifPresent(read::add);
            types.add(element.getClass().getSimpleName());
        }
        if (types.size() > 1) {
            problems.add(path, "expected a list of values of one type: texts, numbers, or true and false");
        }
        if (read.stream().anyMatch(Double.class::isInstance)) {
            read.replaceAll(each -> each instanceof Long whole ? (Object) whole.doubleValue() : each);
        }
        return List.copyOf(read);
    }
}
