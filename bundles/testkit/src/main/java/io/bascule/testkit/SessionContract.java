/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What everything that opens device sessions keeps to, with the driver runtime or without it. A driver's test inherits this
 * class and says how to start the driver with a device that answers and delivers readings at once.
 */
public abstract class SessionContract {

    /** Longest time a driver may take to stop. */
    protected static final Duration STOP_MAX = Duration.ofSeconds(2);

    /** The registry that the driver under test speaks to. */
    protected final FakeChannelRegistry registry = new FakeChannelRegistry();

    /** A driver that runs; {@link #stop()} is its deactivation. */
    @FunctionalInterface
    public interface Running {
        /** Deactivates the driver. */
        void stop();
    }

    /** Starts the driver for the device {@link #device()}; it delivers readings without a further push. */
    protected abstract Running start(ChannelRegistry channels);

    /** Returns the name of the device that {@link #start} makes. */
    protected abstract String device();

    /** Returns how the names of the driver's threads begin. */
    protected abstract String threadPrefix();

    /** Lets go of publications that a test left waiting. */
    @AfterEach
    void letGo() {
        registry.letGo();
        assertEquals(List.of(), registry.violations());
    }

    @Test
    void saysThatTheDeviceIsConnectedBeforeItsFirstReading() {
        Running driver = start(registry);
        try {
            Await.until("readings", () -> !session().published().isEmpty());
            List<String> history = session().history();
            assertTrue(history.indexOf("connected") >= 0, history.toString());
            assertTrue(history.indexOf("connected") < history.indexOf("data"), history.toString());
        } finally {
            driver.stop();
        }
    }

    @Test
    void closesItsSessionAndLeavesNoThread() {
        Running driver = start(registry);
        Await.until("readings", () -> !session().published().isEmpty());
        stopsInTime(driver);
        assertTrue(session().isClosed());
        assertEquals(List.of(), registry.listDevices());
        driver.stop();
        assertEquals(1, session().history().stream().filter("closed"::equals).count());
    }

    @Test
    void stopsInTimeWhileAFlowHoldsItBack() {
        registry.holdBack();
        Running driver = start(registry);
        Await.until("a session", () -> registry.session(device()).isPresent());
        stopsInTime(driver);
        assertTrue(session().isClosed());
    }

    @Test
    void startsAgainAfterItWasStopped() {
        Running first = start(registry);
        Await.until("readings", () -> !session().published().isEmpty());
        first.stop();
        Running second = start(registry);
        try {
            Await.until(
                    "readings of the second run",
                    () -> !session().isClosed() && !session().published().isEmpty());
        } finally {
            second.stop();
        }
    }

    @Test
    void failsWithTheDevicesNameAndLeavesNoThreadWhenTheNameIsTaken() {
        registry.openDevice(new DeviceDescriptor(device(), "other", List.of()), DeviceWriter.READ_ONLY);
        RuntimeException problem = assertThrows(RuntimeException.class, () -> start(registry));
        assertTrue(String.valueOf(problem.getMessage()).contains(device()), problem.toString());
        assertFalse(hasThreads());
    }

    @Test
    void answersEachWriteAndRefusesChannelsThatCannotBeWritten() {
        Running driver = start(registry);
        try {
            Await.until("readings", () -> !session().published().isEmpty());
            List<Reading> writes = session().descriptor().points().stream()
                    .filter(p -> !p.access().canWrite())
                    .map(p -> registry.read(session().channel(p.channel()).handle()))
                    .toList();
            assertTrue(!writes.isEmpty(), "the contract needs a device with a channel that cannot be written");
            List<Quality> answers = session().writer().write(writes);
            assertEquals(writes.stream().map(w -> Quality.BAD_NOT_WRITABLE).toList(), answers);
        } finally {
            driver.stop();
        }
    }

    @Test
    void describesItsDeviceForPeople() {
        Running driver = start(registry);
        try {
            Await.until("a session", () -> registry.session(device()).isPresent());
            DeviceDescriptor descriptor = session().descriptor();
            assertFalse(descriptor.driver().isBlank());
            for (DeviceDescriptor.Point point : descriptor.points()) {
                assertTrue(point.channel().startsWith(device() + "/"), "channel outside the device: " + point);
                assertFalse(point.channel().startsWith(Channel.VIRTUAL_DEVICE + "/"));
            }
        } finally {
            driver.stop();
        }
    }

    /** Returns the driver's newest session. */
    protected final FakeChannelRegistry.FakeSession session() {
        return registry.session(device()).orElseThrow();
    }

    private void stopsInTime(Running driver) {
        long before = System.nanoTime();
        driver.stop();
        Duration took = Duration.ofNanos(System.nanoTime() - before);
        assertTrue(took.compareTo(STOP_MAX) < 0, "stopping took " + took);
        assertFalse(hasThreads(), "a thread named " + threadPrefix() + "* is left");
    }

    private boolean hasThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.isAlive() && t.getName().startsWith(threadPrefix()));
    }
}
