/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.channel.spi.DeviceDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The configuration of a device, found right as a whole.
 *
 * @param device its name
 * @param driverName the driver's name
 * @param driver speaks to it
 * @param driverSettings what the driver asked for, by which a change of the connection is told from other changes
 * @param timeout time limit of one request
 * @param retryMin first wait before another attempt to connect
 * @param retryMax longest wait
 * @param staleAfter how long a channel may be without news
 * @param periods time between scans by group, the default group first
 * @param channels its channels
 * @param <A> the driver's addresses
 */
record DeviceModel<A extends Address>(
        String device,
        String driverName,
        Driver<A> driver,
        Map<String, Object> driverSettings,
        Duration timeout,
        Duration retryMin,
        Duration retryMax,
        Duration staleAfter,
        Map<String, Duration> periods,
        List<ConfiguredChannel<A>> channels) {

    /** The group of channels that name none. */
    static final String DEFAULT_GROUP = "default";

    /** The group of channels that the device tells of by itself. */
    static final String ON_CHANGE = "on-change";

    static final int CHANNELS_MAX = 10_000;
    private static final int GROUPS_MAX = 16;
    private static final long PERIOD_MILLIS_MAX = 86_400_000;
    private static final long TIME_MILLIS_MAX = 3_600_000;
    private static final Duration PERIOD_MIN = Duration.ofMillis(1);

    /**
     * Reads a configuration.
     *
     * @param pid the factory PID, for the message
     * @throws IllegalArgumentException when anything is wrong; the message names every problem
     */
    static <A extends Address> DeviceModel<A> of(
            String pid, String driverName, Map<String, ?> properties, DriverFactory<A> factory) {
        DeviceSettings settings = new DeviceSettings(properties);
        DeviceSettings ofDriver = new DeviceSettings(properties);
        String device = settings.orElse("device", "invalid", () -> Channel.requireName(settings.text("device", "")));
        if (device.equals(Channel.VIRTUAL_DEVICE)) {
            settings.problem("device: '" + device + "' is the name for channels without a device; choose another one");
        }
        Duration timeout = millis(settings, "timeoutMillis", 1000, TIME_MILLIS_MAX);
        Duration retryMin = millis(settings, "retryMinMillis", 1000, TIME_MILLIS_MAX);
        Duration retryMax = millis(settings, "retryMaxMillis", 30_000, TIME_MILLIS_MAX);
        Duration staleAfter = millis(settings, "staleAfterMillis", 10_000, PERIOD_MILLIS_MAX);
        if (retryMin.compareTo(retryMax) > 0) {
            settings.problem(
                    "retryMinMillis " + retryMin.toMillis() + " is more than retryMaxMillis " + retryMax.toMillis());
        }
        Map<String, Duration> periods = new LinkedHashMap<>();
        periods.put(DEFAULT_GROUP, millis(settings, "scanPeriodMillis", 1000, PERIOD_MILLIS_MAX));
        groups(settings, periods);
        Driver<A> driver = factory.create(ofDriver);
        List<ChannelConfig> written = ChannelSources.read(settings);
        List<ConfiguredChannel<A>> channels = channels(device, driver, periods.keySet(), written, settings);
        collect(ofDriver, settings);
        settings.requireNoProblem("configuration " + pid + " of device '" + settings.text("device", "") + "'");
        return new DeviceModel<>(
                device,
                driverName,
                driver,
                ofDriver.asked(),
                timeout,
                retryMin,
                retryMax,
                staleAfter,
                new LinkedHashMap<>(periods),
                List.copyOf(channels));
    }

    private static void collect(DeviceSettings from, DeviceSettings into) {
        from.problems().forEach(into::problem);
    }

    private static Duration millis(DeviceSettings settings, String key, long otherwise, long max) {
        return Duration.ofMillis(settings.integer(key, otherwise, 1, max));
    }

    /** Reads {@code fast=100ms; slow=1min}. */
    private static void groups(DeviceSettings settings, Map<String, Duration> periods) {
        for (String several : settings.list("scanGroups")) {
            for (String one : several.split(";", -1)) {
                if (one.isBlank()) {
                    continue;
                }
                int equals = one.indexOf('=');
                String name = equals < 1 ? "" : one.substring(0, equals).strip();
                if (!name.matches("[A-Za-z0-9_-]{1,32}") || name.equals(ON_CHANGE) || periods.containsKey(name)) {
                    settings.problem("scanGroups: '" + one.strip() + "' is not NAME=TIME with a new name other than "
                            + DEFAULT_GROUP + " and " + ON_CHANGE + ", for example fast=100ms");
                    continue;
                }
                Duration period = settings.orElse(
                        "scanGroups", Duration.ofSeconds(1), () -> ChannelConfig.parseTime(one.substring(equals + 1)));
                if (period.compareTo(PERIOD_MIN) < 0 || period.toMillis() > PERIOD_MILLIS_MAX) {
                    settings.problem("scanGroups: the period of '" + name + "' is not within 1ms to 24h");
                }
                periods.put(name, period);
            }
        }
        if (periods.size() > GROUPS_MAX) {
            settings.problem("scanGroups: " + periods.size() + " groups; expected at most " + GROUPS_MAX);
        }
    }

    private static <A extends Address> List<ConfiguredChannel<A>> channels(
            String device, Driver<A> driver, Set<String> groups, List<ChannelConfig> written, DeviceSettings settings) {
        List<ConfiguredChannel<A>> channels = new ArrayList<>();
        Set<String> names = new HashSet<>();
        if (written.isEmpty()) {
            settings.problem("channels and channelsFile name no channel; expected at least one");
        }
        if (written.size() > CHANNELS_MAX) {
            settings.problem(written.size() + " channels; expected at most " + CHANNELS_MAX);
            return channels;
        }
        for (ChannelConfig one : written) {
            try {
                ConfiguredChannel<A> channel = ConfiguredChannel.of(device, one, driver);
                requireGroup(channel, groups, driver);
                channels.add(channel);
            } catch (IllegalArgumentException e) {
                settings.problem(String.valueOf(e.getMessage()));
            }
            if (!names.add(one.name())) {
                settings.problem((one.origin().isEmpty() ? "" : one.origin() + ": ") + "channel '" + one.name()
                        + "' is there twice; every name once");
            }
        }
        return channels;
    }

    private static void requireGroup(ConfiguredChannel<?> channel, Set<String> groups, Driver<?> driver) {
        String group = channel.group();
        boolean isFine = group.equals(ON_CHANGE) ? driver.canSubscribe() : groups.contains(group);
        if (!isFine) {
            throw new IllegalArgumentException("channel '" + channel.written().name() + "': there is no scan group '"
                    + group + "'; there are " + groups + (driver.canSubscribe() ? " and " + ON_CHANGE : "")
                    + ", more can be made in scanGroups");
        }
    }

    DeviceDescriptor descriptor() {
        return new DeviceDescriptor(
                device,
                driverName,
                channels.stream().map(ConfiguredChannel::point).toList());
    }

    /** Returns the indexes of the channels that are read in a group, in their order. */
    int[] readIn(String group) {
        return java.util.stream.IntStream.range(0, channels.size())
                .filter(i -> channels.get(i).group().equals(group)
                        && channels.get(i).point().access().canRead())
                .toArray();
    }

    List<A> addresses(int[] indexes) {
        List<A> addresses = new ArrayList<>(indexes.length);
        for (int index : indexes) {
            addresses.add(channels.get(index).address());
        }
        return addresses;
    }

    /** Returns how many nanoseconds a channel of a group may be without news: two scans at least. */
    long staleNanos(Duration period) {
        return Math.max(staleAfter.toNanos(), 2 * period.toNanos());
    }

    /** Returns this model with the driver of another one, whose connection then goes on. */
    @SuppressWarnings("unchecked") // Both were made by the same factory.
    DeviceModel<A> takingOver(DeviceModel<?> before) {
        return new DeviceModel<>(
                device,
                driverName,
                (Driver<A>) before.driver,
                driverSettings,
                timeout,
                retryMin,
                retryMax,
                staleAfter,
                periods,
                channels);
    }
}
