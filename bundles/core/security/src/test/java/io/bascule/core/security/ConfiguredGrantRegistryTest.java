/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.GrantStoreException;
import io.bascule.api.security.NamePattern;
import io.bascule.testkit.FakeConfigurationAdmin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConfiguredGrantRegistryTest {

    private static final String PID = ConfiguredGrantRegistry.PID;
    private static final Grant READ_LINE1 = grant("pid", Capability.CHANNEL_READ, "line1/*");

    private final FakeConfigurationAdmin configurations = new FakeConfigurationAdmin();

    private static Grant grant(String owner, Capability capability, String... patterns) {
        return new Grant(
                owner,
                capability,
                List.of(patterns).stream().map(NamePattern::of).toList());
    }

    @Test
    void grantsNothingWithoutAConfiguration() {
        assertEquals(List.of(), new ConfiguredGrantRegistry(configurations).list());
    }

    @Test
    void aGrantIsInForceAndStoredAndKeepsTheFileName() throws GrantStoreException {
        configurations.put(PID, Map.of("felix.fileinstall.filename", "file:/etc/g.cfg", "*.log", "true"));
        ConfiguredGrantRegistry registry = new ConfiguredGrantRegistry(configurations);
        registry.grant(READ_LINE1);
        assertTrue(registry.list().contains(READ_LINE1));
        assertEquals(
                Map.of(
                        "felix.fileinstall.filename", "file:/etc/g.cfg",
                        "*.log", "true",
                        "pid.channel-read", "line1/*"),
                configurations.stored(PID));
    }

    @Test
    void aSecondGrantIsMergedIntoTheFirst() throws GrantStoreException {
        ConfiguredGrantRegistry registry = new ConfiguredGrantRegistry(configurations);
        registry.grant(READ_LINE1);
        registry.grant(grant("pid", Capability.CHANNEL_READ, "line2/*", "line1/*"));
        assertEquals(List.of(grant("pid", Capability.CHANNEL_READ, "line1/*", "line2/*")), registry.list());
        assertEquals("line1/*, line2/*", configurations.stored(PID).get("pid.channel-read"));
    }

    @Test
    void revokingTakesTheOwnGrantOnly() throws GrantStoreException {
        configurations.put(PID, Map.of("*.log", "true", "pid.channel-read", "line1/*"));
        ConfiguredGrantRegistry registry = new ConfiguredGrantRegistry(configurations);
        assertTrue(registry.revoke("pid", Capability.CHANNEL_READ));
        assertFalse(registry.revoke("pid", Capability.CHANNEL_READ));
        assertFalse(registry.revoke("pid", Capability.LOG));
        assertEquals(List.of(new Grant("*", Capability.LOG, List.of())), registry.listFor("pid"));
        assertEquals(Map.of("*.log", "true"), configurations.stored(PID));
    }

    @Test
    void nothingChangesWhenTheConfigurationCannotBeWritten() throws GrantStoreException {
        ConfiguredGrantRegistry registry = new ConfiguredGrantRegistry(configurations);
        registry.grant(READ_LINE1);
        configurations.setBroken(true);
        GrantStoreException failed = assertThrows(
                GrantStoreException.class, () -> registry.grant(grant("pid", Capability.CHANNEL_WRITE, "**")));
        assertTrue(String.valueOf(failed.getMessage()).contains("no space left"), failed.getMessage());
        assertThrows(GrantStoreException.class, () -> registry.revoke("pid", Capability.CHANNEL_READ));
        assertEquals(List.of(READ_LINE1), registry.list());
    }

    @Test
    void anEntryThatIsNoGrantStaysInTheFileWhenAnotherIsGranted() throws GrantStoreException {
        configurations.put(PID, Map.of("pid.fly", "true"));
        ConfiguredGrantRegistry registry = new ConfiguredGrantRegistry(configurations);
        registry.grant(READ_LINE1);
        assertEquals(Map.of("pid.fly", "true", "pid.channel-read", "line1/*"), configurations.stored(PID));
        assertEquals(List.of(READ_LINE1), registry.list());
    }

    @Test
    void aChangedFileIsInForceAfterModified() {
        ConfiguredGrantRegistry registry = new ConfiguredGrantRegistry(configurations);
        configurations.put(PID, Map.of("pid.channel-read", "line1/*"));
        registry.modified(Map.of());
        assertEquals(List.of(READ_LINE1), registry.list());
        configurations.remove(PID);
        registry.modified(Map.of());
        assertEquals(List.of(), registry.list());
    }

    @Test
    void anOwnerThatCannotBeReadBackIsRefused() {
        ConfiguredGrantRegistry registry = new ConfiguredGrantRegistry(configurations);
        assertThrows(IllegalArgumentException.class, () -> registry.grant(new Grant("A b", Capability.LOG, List.of())));
    }

    @Test
    void grantsOfManyThreadsAllHold() throws InterruptedException {
        ConfiguredGrantRegistry registry = new ConfiguredGrantRegistry(configurations);
        AtomicInteger failed = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Grant own = new Grant("module-" + i, Capability.LOG, List.of());
            Thread thread = new Thread(() -> {
                try {
                    registry.grant(own);
                    registry.modified(Map.of());
                    failed.addAndGet(registry.list().contains(own) ? 0 : 1);
                } catch (GrantStoreException e) {
                    failed.incrementAndGet();
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, failed.get());
        assertEquals(8, registry.list().size());
    }
}
