/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceBrowser.Entry;
import io.bascule.api.channel.driver.DriverException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What node-opcua has, found out. */
class BrowserTest {

    private static final String TOP = "nsu=http://bascule.test/machine;s=Machine";

    @TempDir
    static Path folder;

    private static Peer peer;
    private static ClientThreads threads;
    private static OpcUaDriver driver;
    private static final Browser BROWSER = new Browser();

    @BeforeAll
    static void connect() throws Exception {
        peer = Peer.start(folder.resolve("server"));
        threads = new ClientThreads();
        driver = Sessions.connected(Map.of("endpoint", peer.endpoint(), "securityPolicy", "none"), threads, BROWSER);
    }

    @AfterAll
    static void disconnect() {
        if (driver != null) {
            driver.disconnect();
        }
        if (peer != null) {
            peer.close();
            threads.close();
        }
    }

    private static Map<String, Entry> browse(String address) throws Exception {
        return BROWSER.browse(address, Deadline.after(Sessions.LIMIT)).stream()
                .collect(Collectors.toMap(Entry::name, Function.identity(), (a, b) -> a));
    }

    @Test
    void whatIsFoundCanBeFollowedDownAndReadUnderItsAddress() throws Exception {
        Map<String, Entry> top = browse("");
        assertTrue(top.containsKey("Server"), top.keySet().toString());
        assertEquals(new Entry("Machine", TOP, null, null, Map.of(), true), top.get("Machine"));
        Map<String, Entry> machine = browse(TOP);
        assertEquals(
                new Entry(
                        "Temperature",
                        Sessions.MACHINE + "Temperature",
                        ValueKind.F64,
                        Channel.Access.READ_WRITE,
                        Map.of(),
                        true),
                machine.get("Temperature"));
        assertEquals(Channel.Access.READ, machine.get("Fixed").access());
        assertEquals(Map.of("type", "i64"), machine.get("Counter").options());
        assertEquals(Map.of("access", "read"), machine.get("Fixed").options());
        assertEquals(null, machine.get("Array").kind());
        // More than the server reads at once.
        assertEquals(
                100, machine.keySet().stream().filter(n -> n.startsWith("Many")).count());
        assertEquals("nsu=http://bascule.test/later;i=7", machine.get("Seven").address());
        assertEquals(
                Map.of(
                        ValueKind.I64, 8L,
                        ValueKind.F64, 2L,
                        ValueKind.BOOL, 1L,
                        ValueKind.TEXT, 4L,
                        ValueKind.BYTES, 1L),
                browse(machine.get("Types").address()).values().stream()
                        .collect(Collectors.groupingBy(Entry::kind, Collectors.counting())));
        for (Entry entry : List.of(machine.get("Temperature"), machine.get("Seven"), machine.get("Counter"))) {
            assertEquals(
                    Map.of(),
                    Sessions.read(
                                    driver,
                                    Sessions.address(
                                            entry.address(),
                                            "type=" + entry.kind().word()))
                            .missing());
        }
    }

    @Test
    void whatCannotBeBrowsedSaysWhy() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> browse("Machine"))
                .getMessage()
                .contains("'Machine' is no node; expected for example ns=2;s="));
        assertTrue(assertThrows(DriverException.class, () -> browse("ns=1;s=nowhere"))
                .getMessage()
                .contains("refuses to browse 'ns=1;s=nowhere': bad:node-id-unknown"));
        assertTrue(assertThrows(DriverException.class, () -> browse("nsu=http://nowhere;s=a"))
                .getMessage()
                .contains("has no namespace of"));
        assertTrue(assertThrows(DriverException.class, () -> new Browser().browse("", Deadline.after(Sessions.LIMIT)))
                .getMessage()
                .contains("not connected"));
    }
}
