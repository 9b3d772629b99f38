/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit.driver;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.api.channel.driver.SubscriptionListener;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A driver for a device that is a map in memory. An address is {@code KIND:ID}, such as {@code f64:speed}; {@code KIND} may be
 * followed by {@code !}, then it can only be read.
 */
public final class FakeDriver implements Driver<FakeDriver.Place> {

    private final String host;
    private final Map<String, Value> values = new ConcurrentHashMap<>();
    private final Map<String, Quality> bad = new ConcurrentHashMap<>();
    private final Set<String> silent = ConcurrentHashMap.newKeySet();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger connects = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile boolean isConnected;
    private volatile @Nullable SubscriptionListener listener;

    /** Makes a driver; its one setting is {@code host}, which must not be {@code wrong}. */
    public FakeDriver(DeviceSettings settings) {
        host = settings.text("host", "here");
        if (host.equals("wrong")) {
            settings.problem("host is 'wrong'; expected another name, for example 'here'");
        }
    }

    /**
     * An address.
     *
     * @param id the key in the map
     * @param kind the type of the values
     * @param access what is possible
     */
    public record Place(String id, ValueKind kind, Channel.Access access) implements Address {}

    /** Sets a value of the device. */
    public void set(String id, Value value) {
        values.put(id, value);
    }

    /** Returns a value of the device. */
    public @Nullable Value get(String id) {
        return values.get(id);
    }

    /** Lets reads and writes of one address fail with {@code quality}; good lets them work again. */
    public void fail(String id, Quality quality) {
        if (quality.level() == Quality.Level.GOOD) {
            bad.remove(id);
        } else {
            bad.put(id, quality);
        }
    }

    /** Lets reads say nothing of one address, or something again. */
    public void setSilent(String id, boolean isSilent) {
        if (isSilent) {
            silent.add(id);
        } else {
            silent.remove(id);
        }
    }

    /** Returns what was called, in order: {@code connect}, {@code disconnect}, {@code plan N}, {@code subscribe N}, {@code write N}. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** Returns how often it was connected. */
    public int connects() {
        return connects.get();
    }

    /** Returns how often a plan was read. */
    public int reads() {
        return reads.get();
    }

    /** Returns whether it is connected. */
    public boolean isConnected() {
        return isConnected;
    }

    /** Returns what listens to the last subscription. */
    public SubscriptionListener listener() {
        SubscriptionListener present = listener;
        if (present == null) {
            throw new AssertionError("nobody has subscribed");
        }
        return present;
    }

    @Override
    public Place address(ChannelConfig channel) {
        String[] parts = channel.address().split(":", 2);
        boolean isReadOnly = parts[0].endsWith("!");
        String word = isReadOnly ? parts[0].substring(0, parts[0].length() - 1) : parts[0];
        for (ValueKind kind : ValueKind.values()) {
            if (kind.word().equals(word.toLowerCase(Locale.ROOT)) && parts.length == 2) {
                return new Place(parts[1], kind, isReadOnly ? Channel.Access.READ : Channel.Access.READ_WRITE);
            }
        }
        throw new IllegalArgumentException("'" + channel.address() + "' is not KIND:ID, for example f64:speed");
    }

    @Override
    public ReadPlan plan(List<Place> addresses, Duration period) {
        calls.add("plan " + addresses.size());
        return new ReadPlan() {
            @Override
            public boolean read(ReadingSink sink, Deadline deadline) throws DriverException {
                requireConnection();
                reads.incrementAndGet();
                for (int i = 0; i < addresses.size(); i++) {
                    tell(i, addresses.get(i).id(), sink);
                }
                return false;
            }

            @Override
            public int requestsMax() {
                return 1;
            }
        };
    }

    private void tell(int index, String id, ReadingSink sink) {
        Value value = values.get(id);
        if (silent.contains(id)) {
            return;
        }
        if (bad.containsKey(id)) {
            sink.none(index, bad.getOrDefault(id, Quality.BAD));
        } else if (value == null) {
            sink.none(index, Quality.BAD_NODE_ID_UNKNOWN);
        } else {
            sink.value(index, value, Quality.GOOD, ReadingSink.ARRIVAL);
        }
    }

    private void requireConnection() throws DriverException {
        if (!isConnected) {
            throw new DriverException("the fake device at '" + host + "' is not connected");
        }
    }

    @Override
    public void connect(Deadline deadline) {
        calls.add("connect");
        connects.incrementAndGet();
        isConnected = true;
    }

    @Override
    public void disconnect() {
        calls.add("disconnect");
        isConnected = false;
    }

    @Override
    public List<Quality> write(List<Place> addresses, List<Value> written, Deadline deadline) throws DriverException {
        requireConnection();
        calls.add("write " + addresses.size());
        List<Quality> answers = new java.util.ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            Quality problem = bad.get(addresses.get(i).id());
            if (problem == null) {
                values.put(addresses.get(i).id(), written.get(i));
            }
            answers.add(problem == null ? Quality.GOOD : problem);
        }
        return answers;
    }

    @Override
    public boolean canSubscribe() {
        return true;
    }

    @Override
    public void subscribe(List<Place> addresses, SubscriptionListener hears, Deadline deadline) {
        calls.add("subscribe " + addresses.size());
        listener = hears;
    }
}
