/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.testkit.driver.RecordingSink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver against the server of Node.js. */
class HttpDriverTest {

    private static Peer peer;

    @TempDir
    Path folder;

    @BeforeAll
    static void startPeer() {
        peer = Peer.start();
    }

    @AfterAll
    static void endPeer() {
        if (peer != null) {
            peer.close();
        }
    }

    private static Device device(Map<String, Object> changes) throws Exception {
        return Device.at("http://127.0.0.1:" + peer.port(), changes);
    }

    private static Device device() throws Exception {
        return device(Map.of());
    }

    private static long requests(String path) throws Exception {
        Device device = device();
        String pointer = "/" + path.replace("~", "~0").replace("/", "~1");
        String told = device.told(device.address("/requests", "pointer", pointer, "type", "i64"));
        return told.equals(Quality.BAD_NODE_ID_UNKNOWN.word()) ? 0 : Long.parseLong(told);
    }

    @Test
    void oneRequestServesAllChannelsOfAUrl() throws Exception {
        Device device = device();
        HttpAddress[] addresses = {
            device.address("/state", "pointer", "/good", "timePointer", "/time"),
            device.address("/state", "pointer", "/sensors/0/a~1b"),
            device.address("/state", "pointer", "/relay", "type", "bool", "on", "ON", "off", "OFF"),
            device.address("/state", "pointer", "/sensors/1/a~1b"),
            device.address("/state", "pointer", "/sensors/2/a~1b"),
            device.address("/text"),
        };
        assertEquals(
                2,
                device.driver.plan(java.util.List.of(addresses), Duration.ZERO).requestsMax());
        device.read(addresses);
        long before = requests("/state");
        RecordingSink sink = device.read(addresses);
        assertEquals(before + 1, requests("/state"));
        assertEquals(new Value.F64(42), sink.value(0));
        assertEquals(
                Duration.ofSeconds(1_772_366_400L, 500_000_000).toNanos(),
                sink.batch().readings().get(0).timeNanos());
        assertEquals(new Value.F64(21.5), sink.value(1));
        assertEquals(new Value.Bool(false), sink.value(2));
        assertEquals(new Value.F64(17.25), sink.value(5));
        assertEquals(Map.of(3, Quality.BAD_RESOURCE_UNAVAILABLE, 4, Quality.BAD_NODE_ID_UNKNOWN), sink.missing());
    }

    @Test
    void tablesAreReadByColumn() throws Exception {
        Device device = device();
        RecordingSink sink = device.read(
                device.address(
                        "/table", "column", "temperature", "timeColumn", "time", "timeUnit", "s", "line", "last"),
                device.address("/table", "column", "3", "line", "2", "type", "i64"));
        assertEquals(new Value.F64(21.5), sink.value(0));
        assertEquals(new Value.I64(40), sink.value(1));
        assertEquals(
                TimeUnit.SECONDS.toNanos(1_772_366_460L),
                sink.batch().readings().get(0).timeNanos());
    }

    @ParameterizedTest(name = "{0}: {1}, written: {2}")
    @CsvSource({
        "204, bad:type-mismatch, good",
        "400, bad:configuration-error, bad:out-of-range",
        "401, bad:user-access-denied, bad:user-access-denied",
        "403, bad:user-access-denied, bad:user-access-denied",
        "404, bad:node-id-unknown, bad:node-id-unknown",
        "405, bad:not-supported, bad:not-writable",
        "408, bad:timeout, bad:timeout",
        "410, bad:node-id-unknown, bad:node-id-unknown",
        "418, bad:configuration-error, bad:configuration-error",
        "422, bad:configuration-error, bad:out-of-range",
        "429, bad:resource-unavailable, bad:resource-unavailable",
        "500, bad:device-failure, bad:device-failure",
        "501, bad:not-supported, bad:not-supported",
        "502, bad:no-communication, bad:no-communication",
        "503, bad:resource-unavailable, bad:resource-unavailable",
        "504, bad:timeout, bad:timeout"
    })
    void theStatusSaysTheQuality(int status, String read, String written) throws Exception {
        Device device = device();
        assertEquals(read, device.told(device.address("/status/" + status)));
        assertEquals(written, StatusCode.quality(status, true).word());
    }

    @Test
    void aRedirectionIsNotFollowed() throws Exception {
        Device device = device();
        long before = requests("/state");
        assertEquals("bad:configuration-error", device.told(device.address("/moved", "pointer", "/good")));
        assertEquals(before, requests("/state"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "POST", "PATCH"})
    void valuesAreWrittenByMethodTemplateAndMediaType(String method) throws Exception {
        Device device = device();
        HttpAddress setpoint = device.address(
                "/state",
                "pointer",
                "/setpoint",
                "write",
                method,
                "writePath",
                "/setpoint",
                "contentType",
                "application/merge-patch+json",
                "template",
                "{\"value\":{value}}");
        assertEquals(Quality.GOOD, device.write(setpoint, new Value.F64(12.5)));
        assertEquals(new Value.F64(12.5), device.read(setpoint).value(0));
        RecordingSink echo = device.read(
                device.address("/echo", "pointer", "/method", "type", "text"),
                device.address("/echo", "pointer", "/type", "type", "text"),
                device.address("/echo", "pointer", "/body", "type", "text"));
        assertEquals(new Value.Text(method), echo.value(0));
        assertEquals(new Value.Text("application/merge-patch+json"), echo.value(1));
        assertEquals(new Value.Text("{\"value\":12.5}"), echo.value(2));
        assertEquals(Quality.BAD_OUT_OF_RANGE, device.write(setpoint, new Value.F64(1001)));
        assertEquals(Quality.BAD_OUT_OF_RANGE, device.write(setpoint, new Value.F64(Double.NaN)));
        assertEquals(new Value.F64(12.5), device.read(setpoint).value(0));
    }

    @Test
    void aRelayIsSwitchedWithItsOwnWords() throws Exception {
        Device device = device();
        HttpAddress relay = device.address(
                "/state",
                "pointer",
                "/relay",
                "type",
                "bool",
                "on",
                "ON",
                "off",
                "OFF",
                "format",
                "json",
                "write",
                "PUT",
                "writePath",
                "/relay",
                "template",
                "{\"value\":{value}}");
        assertEquals(Quality.GOOD, device.write(relay, new Value.Bool(true)));
        assertEquals(new Value.Bool(true), device.read(relay).value(0));
        assertEquals(Quality.GOOD, device.write(relay, new Value.Bool(false)));
        assertEquals(new Value.Bool(false), device.read(relay).value(0));
    }

    @Test
    void aSecretFromAFileIsSentAndReadAgainWhenTheDeviceRefusesIt() throws Exception {
        Device writer = device();
        assertEquals(
                Quality.GOOD,
                writer.write(
                        writer.address("/token", "write", "PUT", "type", "text", "format", "raw"),
                        new Value.Text("first")));
        Path token = Files.writeString(folder.resolve("token"), "first\n");
        Device device = device(Map.of("headers", "Accept: text/plain; Authorization: Bearer {file:" + token + "}"));
        assertEquals("1.0", device.told(device.address("/secret")));
        writer.write(writer.address("/token", "write", "PUT", "type", "text"), new Value.Text("second"));
        assertEquals("bad:user-access-denied", device.told(device.address("/secret")));
        Files.writeString(token, "second");
        assertEquals("bad:user-access-denied", device.told(device.address("/secret")));
        assertEquals("1.0", device.told(device.address("/secret")));
    }

    @Test
    void userAndPasswordAreBasicAuthentication() throws Exception {
        Path password = Files.writeString(folder.resolve("password"), "pass word\n");
        Device device = device(Map.of("user", "ada", "password", "{file:" + password + "}"));
        assertEquals("1.0", device.told(device.address("/basic")));
        Device wrong = device(Map.of("user", "ada", "password", "other"));
        assertEquals("bad:user-access-denied", wrong.told(wrong.address("/basic")));
    }

    @Test
    void aSecretThatCannotBeReadKeepsTheDeviceAwayAndIsNotShown() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "top\nsecret");
        DriverException problem =
                assertThrows(DriverException.class, () -> device(Map.of("headers", "X-Key: {file:" + token + "}")));
        assertTrue(String.valueOf(problem.getMessage()).contains("of several lines"), problem.getMessage());
        assertFalse(String.valueOf(problem.getMessage()).contains("top"), problem.getMessage());
        DriverException header = assertThrows(DriverException.class, () -> device(Map.of("headers", "X-Key: \u20AC")));
        assertTrue(String.valueOf(header.getMessage()).contains("value of header 'X-Key'"), header.getMessage());
        assertFalse(String.valueOf(header.getMessage()).contains("\u20AC"), header.getMessage());
    }

    @Test
    void whoIsNotThereIsNamed() throws Exception {
        Device device = Device.at("http://127.0.0.1:1", Map.of());
        DriverException problem =
                assertThrows(DriverException.class, () -> device.told(device.address("/state?key=secret")));
        assertTrue(
                String.valueOf(problem.getMessage()).startsWith("GET http://127.0.0.1:1/state?... failed: "),
                problem.getMessage());
    }
}
