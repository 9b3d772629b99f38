/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.testkit.Await;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The contract of drivers that reach their device over TCP: a {@link FaultyProxy} stands before the peer, and the driver lives
 * with everything that it does to the bytes. A subclass names the peer's port, and connects its devices to that of the proxy.
 */
public abstract class NetworkDriverContract extends DriverContract {

    private static final long SEED = 20_261_121;
    private static final long SLOW_MILLIS = 30;

    private @Nullable FaultyProxy proxy;

    /** Returns the loopback port on which the peer listens. */
    protected abstract int peerPort();

    /** Returns the value that {@link #GOOD} has at the peer, always. */
    protected abstract Value constant();

    /** Returns settings for the devices of the tests with faults, besides the time limits; none unless overridden. */
    protected Map<String, Object> underFaults() {
        return Map.of();
    }

    /** Returns the channels that come back after a fault with {@link #constant}; {@link #GOOD} unless overridden. */
    protected List<String> constantChannels() {
        return List.of(GOOD);
    }

    /** Puts the proxy before the peer. */
    @BeforeEach
    final void startProxy() {
        proxy = new FaultyProxy(peerPort(), SEED);
    }

    /** Ends it, after what a subclass ends. */
    @AfterEach
    final void endProxy() {
        FaultyProxy started = proxy;
        if (started != null) {
            started.close();
        }
    }

    /** Returns the proxy of this test. */
    protected final FaultyProxy proxy() {
        FaultyProxy started = proxy;
        if (started == null) {
            throw new IllegalStateException("there is a proxy only within a test");
        }
        return started;
    }

    /** Sets what happens to the bytes. Overridden where there is more than the proxy between driver and peer. */
    protected void spoil(FaultyProxy.Fault fault) {
        proxy().set(fault);
    }

    @Override
    protected final void setPeer(FaultyDriver.Mode mode) {
        spoil(
                switch (mode) {
                    case THERE -> FaultyProxy.Fault.NONE;
                    case GONE -> FaultyProxy.Fault.CUT;
                    case SILENT, HANGING -> FaultyProxy.Fault.DROP;
                });
    }

    @Override
    protected int connections() {
        return proxy().connections();
    }

    private RunningDevice startUnderFaults(int timeoutMillis) {
        Map<String, Object> settings = new HashMap<>(underFaults());
        settings.putAll(Map.of(
                "scanPeriodMillis", 10, "timeoutMillis", timeoutMillis, "retryMinMillis", 10, "retryMaxMillis", 100));
        return start("d", settings);
    }

    private boolean areGood() {
        return constantChannels().stream()
                .allMatch(channel -> last("d", channel).quality().equals(Quality.GOOD));
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyProxy.Fault.class,
            names = {"GARBAGE", "HALF", "DROP", "CUT"})
    final void comesBackAfterEveryFaultOfTheNetworkWithoutAWrongValue(FaultyProxy.Fault fault) {
        try (RunningDevice device = startUnderFaults(IMPATIENT_MILLIS)) {
            Await.until("good readings", this::areGood);
            spoil(fault);
            Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
            spoil(FaultyProxy.Fault.NONE);
            Await.until("its return", () -> device.figures().state() == ConnectionState.CONNECTED && areGood());
            for (String channel : constantChannels()) {
                for (Reading reading : registry.session("d").orElseThrow().published("d/" + channel)) {
                    assertTrue(
                            reading.value().equals(constant())
                                    || reading.quality().level() == Quality.Level.BAD,
                            "a wrong value was published: " + reading);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyProxy.Fault.class,
            names = {"DELAY", "BYTEWISE"})
    final void slowAnswersAreAnswers(FaultyProxy.Fault fault) {
        proxy().setDelayMillis(SLOW_MILLIS);
        proxy().set(fault);
        try (RunningDevice device = startUnderFaults(PATIENT_MILLIS)) {
            Await.until(
                    "scans",
                    () -> !device.figures().scans().isEmpty()
                            && device.figures().scans().get(0).scans() > 10
                            && areGood());
            assertEquals(1, device.figures().connections());
        }
    }
}
