/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.security.Authorizer;
import io.bascule.api.security.Capability;
import io.bascule.api.security.NamePattern;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.wasm.abi.HostInterface;
import io.bascule.wasm.abi.MetadataReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Byte streams of guests to a socket of the test, on loopback. */
@Timeout(120)
class IoTest {

    private static final CapabilityLimits TIGHT = new CapabilityLimits(50, 2, 16, 2, 2, 3, 32, 2, 10, 2, 64, 400);
    /** One whose waits are ended by their calls or not at all. */
    private static final CapabilityLimits PATIENT =
            new CapabilityLimits(50, 2, 16, 2, 2, 3, 32, 2, 10, 2, 64, 3_600_000);

    private static final long TIME = Duration.ofSeconds(10).toNanos();
    private static final int RESULT = 512;

    @TempDir
    Path directory;

    private final List<NamePattern> granted = new CopyOnWriteArrayList<>(List.of(NamePattern.of("**")));
    private final FakeGuest guest = new FakeGuest();
    private ServerSocket server;
    private InstanceHost host;
    private String endpoint = "";

    @BeforeEach
    void start() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        endpoint = "tcp:127.0.0.1:" + server.getLocalPort();
        host = newHost("[\"tcp:127.0.0.1:*\",\"tcp:plant:*\",\"serial:/dev/ttyS*\"]");
        host.beginIo(TIME);
    }

    @AfterEach
    void stop() throws IOException {
        host.close();
        server.close();
    }

    private InstanceHost newHost(String wanted) throws Exception {
        return newHost(wanted, TIGHT);
    }

    private InstanceHost newHost(String wanted, CapabilityLimits limits) throws Exception {
        Authorizer authorizer = (subject, capability, object) -> new Authorizer.Decision(
                capability != Capability.IO || granted.stream().anyMatch(p -> p.matches(object)), "not granted");
        String json = "{\"abi\":1,\"name\":\"d\",\"version\":\"1.0.0\",\"world\":\"driver\",\"io\":" + wanted + "}";
        HostServices services = new HostServices(
                authorizer,
                new FakeChannelRegistry(),
                (subject, writes) -> List.of(),
                new StateStore(directory),
                new DeviceStreams(),
                InstantSource.system(),
                limits);
        return new InstanceHost(
                MetadataReader.read(new MetadataReader.Source(
                        "d.wasm",
                        json.getBytes(StandardCharsets.UTF_8),
                        null,
                        Map.of(),
                        Set.of("cabi_realloc", "configure", "test", "address", "plan", "connect", "poll", "write"))),
                services,
                ChannelHandles.ofDriver());
    }

    private long call(String function, long... args) throws Exception {
        host.beginCall();
        return host.functions()
                .find(HostInterface.IO.importModule(), function)
                .orElseThrow()
                .function()
                .call(guest, args);
    }

    private long open(String text) throws Exception {
        return call("open", guest.put(text), text.length());
    }

    private long send(long handle, String text) throws Exception {
        return call("send", handle, guest.put(text), text.length());
    }

    private String receive(long handle, int max, int millis) throws Exception {
        call("receive", handle, max, millis, RESULT);
        return guest.readUtf8(guest.readI32(RESULT), guest.readI32(RESULT + 4));
    }

    @Test
    void bytesGoBothWays() throws Exception {
        long handle = open(endpoint);
        assertTrue(handle >= 1);
        try (Socket device = server.accept()) {
            assertEquals(5, send(handle, "hello"));
            assertEquals("hello", new String(device.getInputStream().readNBytes(5), StandardCharsets.UTF_8));
            device.getOutputStream().write("answer".getBytes(StandardCharsets.UTF_8));
            assertEquals("ans", receive(handle, 3, 5000));
            assertEquals("wer", receive(handle, 100, 5000));
            assertEquals(0, send(handle, ""));
            call("close", handle);
            assertEquals(-1, device.getInputStream().read());
            assertEquals(-2, send(handle, "x"));
            call("close", handle);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tcp:127.0.0.1", "tcp://127.0.0.1:1", "serial:/dev/../dev/ttyS0", "udp:127.0.0.1:1"})
    void whatIsNoEndpointIsABadArgument(String text) throws Exception {
        assertEquals(-2, open(text));
        assertTrue(host.complaint().contains("'" + text + "'"), host.complaint());
    }

    @Test
    void nothingIsOpenedThatMetadataDoesNotNameOrNobodyGranted() throws Exception {
        assertEquals(-3, open("tcp:127.0.0.2:1"));
        granted.clear();
        assertEquals(-3, open(endpoint));
        granted.add(NamePattern.of("serial:**"));
        assertEquals(-3, open(endpoint));
        assertEquals(2 + 1, host.deniedTotal());
        granted.add(NamePattern.of(endpoint));
        assertTrue(open(endpoint) > 0);
    }

    @Test
    void aGrantThatIsTakenAwayEndsTheStream() throws Exception {
        long handle = open(endpoint);
        try (Socket device = server.accept()) {
            granted.clear();
            assertEquals(-3, send(handle, "x"));
            assertEquals(-1, device.getInputStream().read());
            assertEquals(-2, send(handle, "x"));
            assertEquals("", receive(handle, 10, 5000));
        }
    }

    @Test
    void thereAreAsManyStreamsAsAreAllowedAndClosingMakesRoom() throws Exception {
        long first = open(endpoint);
        open(endpoint);
        assertEquals(-7, open(endpoint));
        call("close", first);
        assertTrue(open(endpoint) > first, "a handle is not used twice");
    }

    @Test
    void atOnceThereAreNoMoreBytesThanAllowed() throws Exception {
        long handle = open(endpoint);
        try (Socket device = server.accept()) {
            assertEquals(-9, send(handle, "x".repeat(65)));
            device.getOutputStream().write(new byte[1000]);
            assertEquals(64, receive(handle, -1, 5000).length());
        }
    }

    @Test
    void aWaitEndsWithItsOwnTimeAndWithTheLongestAllowed() throws Exception {
        long handle = open(endpoint);
        try (Socket device = server.accept()) {
            assertTakes(50, () -> receive(handle, 10, 50));
            assertTakes(400, () -> receive(handle, 10, -1));
            assertTrue(device.isConnected());
        }
    }

    @Test
    void aWaitEndsWithTheCallAndAfterItNothingWaits() throws Exception {
        host.close();
        host = newHost("[\"tcp:127.0.0.1:*\"]", PATIENT);
        host.beginIo(TIME);
        long handle = open(endpoint);
        try (Socket device = server.accept()) {
            host.endIo();
            assertTakes(50, () -> {
                host.beginIo(Duration.ofMillis(50).toNanos());
                receive(handle, 10, -1);
            });
            assertTakes(0, () -> receive(handle, 10, -1));
            assertEquals(-8, open(endpoint));
            assertTrue(device.isConnected());
            assertTrue(host.endIo() > 0, "the wait was not counted");
        }
    }

    @Test
    void aPeerThatTakesNothingIsATimeoutAndTheEndOfTheStream() throws Exception {
        long handle = open(endpoint);
        try (Socket device = server.accept()) {
            host.endIo();
            host.beginIo(Duration.ofMillis(300).toNanos());
            int much = guest.put("x".repeat(64));
            long answer = 64;
            while (answer == 64) {
                answer = call("send", handle, much, 64);
            }
            assertEquals(-8, answer);
            assertEquals(-2, send(handle, "x"));
            assertTrue(device.isConnected());
        }
    }

    @Test
    void aPeerThatClosesIsAnEmptyAnswerThenALostConnection() throws Exception {
        long handle = open(endpoint);
        server.accept().close();
        assertEquals("", receive(handle, 10, 5000));
        assertTrue(host.complaint().contains("closed the connection"), host.complaint());
        assertEquals(-2, send(handle, "x"));
        server.close();
        assertEquals(-4, open(endpoint));
    }

    @Test
    void outsideOfACallThereIsNoInputAndOutput() throws Exception {
        long handle = open(endpoint);
        host.endIo();
        assertEquals(-5, open(endpoint));
        assertTakes(0, () -> receive(handle, 10, -1));
        assertEquals(-8, send(handle, "x"));
    }

    @Test
    void closingEndsAWaitOfAnotherThreadAndEveryStream() throws Exception {
        long handle = open(endpoint);
        try (Socket device = server.accept()) {
            Thread closer = new Thread(host::close);
            host.endIo();
            host.beginIo(TIME);
            closer.start();
            assertEquals("", receive(handle, 10, -1));
            closer.join();
            assertEquals(-1, device.getInputStream().read());
            assertEquals(-5, open(endpoint));
        }
    }

    @Test
    void anInterruptEndsAWait() throws Exception {
        long handle = open(endpoint);
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> receive(handle, 10, -1));
        assertEquals(false, Thread.interrupted());
    }

    /** At least so long, and nowhere near the longest wait of {@link #PATIENT}: a busy machine may make it longer. */
    private static void assertTakes(long millis, Work work) throws Exception {
        long took = millis(work);
        assertTrue(took >= millis && took < 30_000, took + " ms; expected " + millis);
    }

    /** Something that takes time. */
    private interface Work {
        void run() throws Exception;
    }

    private static long millis(Work work) throws Exception {
        long begun = System.nanoTime();
        work.run();
        return (System.nanoTime() - begun) / 1_000_000;
    }
}
