/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.core.driver.payload.StandardPayloadFormats;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The driver on its runtime, with libcoap's server as the device and libcoap's client to look and to change. */
class CoapDriverTest {

    private final FakeChannelRegistry registry = new FakeChannelRegistry();
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);
    private Peer peer;

    @BeforeEach
    void startPeer() throws Exception {
        peer = Peer.start();
    }

    @AfterEach
    void end() {
        lanes.close();
        if (peer != null) {
            peer.close();
        }
        assertEquals(List.of(), registry.violations());
    }

    private RunningDevice start(String channels, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "device",
                "d",
                "host",
                "127.0.0.1",
                "port",
                peer.port(),
                "scanPeriodMillis",
                20,
                "timeoutMillis",
                20_000,
                "ackTimeoutMillis",
                200,
                "retryMinMillis",
                20,
                "retryMaxMillis",
                100,
                "channels",
                channels));
        settings.putAll(changes);
        return lanes.start(
                CoapComponent.PID,
                CoapComponent.NAME,
                TestConfig.with(settings),
                read -> CoapSettings.driver(read, new StandardPayloadFormats()));
    }

    private Reading last(String channel) {
        return registry.read(registry.find("d/" + channel).orElseThrow().handle());
    }

    private void await(String channel, Value value, Quality quality) {
        Await.until(
                channel + " " + value + " " + quality,
                () -> last(channel).value().equals(value)
                        && last(channel).quality().equals(quality));
    }

    private Quality write(String channel, Value value) {
        FakeChannelRegistry.FakeSession session = registry.session("d").orElseThrow();
        int handle = session.channel("d/" + channel).handle();
        return session.writer()
                .write(List.of(new Reading(handle, value, Quality.GOOD, 0)))
                .get(0);
    }

    @Test
    void oneRequestServesAllChannelsOfAResource() {
        peer.put("/state", "{\"t\":21.5,\"on\":true,\"at\":1772366400500}", 50);
        try (RunningDevice device = start(
                "t=/state(pointer=/t,timePointer=/at); on=/state(pointer=/on,type=bool);"
                        + " no=/state(pointer=/no); ticks=/time?ticks(type=i64)",
                Map.of())) {
            await("t", new Value.F64(21.5), Quality.GOOD);
            assertEquals(1_772_366_400_500_000_000L, last("t").timeNanos());
            await("on", new Value.Bool(true), Quality.GOOD);
            Await.until("no", () -> last("no").quality().equals(Quality.BAD_NODE_ID_UNKNOWN));
            Await.until("ticks", () -> last("ticks").quality().equals(Quality.GOOD));
            assertEquals(2, device.figures().scans().get(0).requestsMax());
        }
    }

    @Test
    void whatTheDeviceTellsByItselfComesAtOnce() {
        peer.put("/v", "1", 0);
        try (RunningDevice device = start("v=/v(type=i64,scan=on-change)", Map.of())) {
            await("v", new Value.I64(1), Quality.GOOD);
            for (int i = 2; i < 12; i++) {
                peer.put("/v", Integer.toString(i), 0);
                await("v", new Value.I64(i), Quality.GOOD);
            }
            peer.put("/v", "garbage", 0);
            await("v", new Value.I64(11), Quality.BAD_TYPE_MISMATCH);
            assertEquals(1, device.figures().connections());
        }
        assertNoThreads();
    }

    private static void assertNoThreads() {
        Await.until("the end of the threads", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(
                        t -> t.getName().contains("driver.coap-") || t.getName().contains("UDP-")));
    }

    @Test
    void anObservationIsMadeAgainWhenTheDeviceWasRestarted() {
        peer.put("/v", "1", 0);
        // The scanned channel notices that the device has gone; the observation alone would only when its time is over.
        try (RunningDevice device = start("v=/v(scan=on-change); t=/time?ticks", Map.of("timeoutMillis", 1000))) {
            await("v", new Value.F64(1), Quality.GOOD);
            for (int i = 2; i < 4; i++) {
                peer.kill();
                Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
                Await.until("attempts", () -> device.figures().attemptsFailed() >= 1);
                peer.restart();
                peer.put("/v", Integer.toString(i), 0);
                await("v", new Value.F64(i), Quality.GOOD);
                peer.put("/v", Integer.toString(10 * i), 0);
                await("v", new Value.F64(10 * i), Quality.GOOD);
            }
        }
    }

    @Test
    void aResourceThatIsNotThereYetOrAnyMoreIsObservedOnceItIs() {
        try (RunningDevice device = start("v=/late(scan=on-change)", Map.of("timeoutMillis", 1000))) {
            Await.until("connection", () -> device.figures().state() == ConnectionState.CONNECTED);
            Await.until("a verdict", () -> last("v").quality().equals(Quality.BAD_NODE_ID_UNKNOWN));
            for (int i = 1; i < 3; i++) {
                peer.put("/late", Integer.toString(i), 0);
                await("v", new Value.F64(i), Quality.GOOD);
                // It is told of now, not only read once.
                peer.put("/late", Integer.toString(10 * i), 0);
                await("v", new Value.F64(10 * i), Quality.GOOD);
                peer.delete("/late");
                Await.until("its end", () -> last("v").quality().equals(Quality.BAD_NODE_ID_UNKNOWN));
            }
        }
        assertNoThreads();
    }

    @Test
    void valuesAreWrittenAndLibcoapsClientReadsThem() {
        peer.put("/set", "0", 0);
        try (RunningDevice device = start(
                "set=/set(write=PUT,readBack=true); json=/new(pointer=/v,write=PUT,template=\"{\"\"v\"\":{value}}\");"
                        + " gone=/.well-known/core(type=text,write=PUT)",
                Map.of())) {
            Await.until("connection", () -> device.figures().state() == ConnectionState.CONNECTED);
            assertEquals(Quality.GOOD, write("set", new Value.F64(12.5)));
            assertEquals("12.5", peer.get("/set"));
            assertEquals(Quality.GOOD, write("json", new Value.F64(7)));
            await("json", new Value.F64(7), Quality.GOOD);
            assertTrue(peer.get("/new").contains("{\"v\":7}"), peer.get("/new"));
            assertEquals(Quality.Level.BAD, write("gone", new Value.Text("x")).level());
            assertEquals(1, device.figures().connections());
        }
    }

    @Test
    void aLongAnswerComesInBlocksAndOneThatIsTooLongIsNoValue() {
        String text = "0123456789".repeat(300);
        peer.put("/long", text, 0);
        try (RunningDevice device = start("long=/long(type=text); t=/time?ticks", Map.of())) {
            await("long", new Value.Text(text), Quality.GOOD);
            assertEquals(1, device.figures().connections());
        }
        try (RunningDevice device = start("long=/long(type=text); t=/time?ticks", Map.of("answerBytesMax", 2000))) {
            Await.until(
                    "a verdict",
                    () -> last("long").quality().level() == Quality.Level.BAD
                            && device.figures().state() == ConnectionState.CONNECTED);
            Await.until("ticks", () -> last("t").quality().equals(Quality.GOOD));
        }
    }

    @ParameterizedTest(name = "{0}: {1}, written: {2}")
    @CsvSource({
        "CONTENT, good, good",
        "CHANGED, good, good",
        "BAD_REQUEST, bad:configuration-error, bad:out-of-range",
        "UNAUTHORIZED, bad:user-access-denied, bad:user-access-denied",
        "FORBIDDEN, bad:user-access-denied, bad:user-access-denied",
        "NOT_FOUND, bad:node-id-unknown, bad:node-id-unknown",
        "METHOD_NOT_ALLOWED, bad:not-supported, bad:not-writable",
        "NOT_ACCEPTABLE, bad:configuration-error, bad:configuration-error",
        "REQUEST_ENTITY_TOO_LARGE, bad:configuration-error, bad:configuration-error",
        "UNSUPPORTED_CONTENT_FORMAT, bad:configuration-error, bad:configuration-error",
        "UNPROCESSABLE_ENTITY, bad:configuration-error, bad:out-of-range",
        "TOO_MANY_REQUESTS, bad:resource-unavailable, bad:resource-unavailable",
        "INTERNAL_SERVER_ERROR, bad:device-failure, bad:device-failure",
        "NOT_IMPLEMENTED, bad:not-supported, bad:not-supported",
        "BAD_GATEWAY, bad:no-communication, bad:no-communication",
        "SERVICE_UNAVAILABLE, bad:resource-unavailable, bad:resource-unavailable",
        "GATEWAY_TIMEOUT, bad:timeout, bad:timeout"
    })
    void theCodeSaysTheQuality(ResponseCode code, String read, String written) {
        assertEquals(read, Code.quality(code, false).word());
        assertEquals(written, Code.quality(code, true).word());
    }
}
