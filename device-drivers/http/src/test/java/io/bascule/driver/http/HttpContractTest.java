/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.core.driver.payload.StandardPayloadFormats;
import io.bascule.testkit.driver.NetworkDriverContract;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The contract of drivers, to the server of Node.js, through a proxy that spoils the connection. */
class HttpContractTest extends NetworkDriverContract {

    private static Peer peer;
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);

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

    @AfterEach
    void close() {
        lanes.close();
    }

    @Override
    protected DriverRuntime runtime() {
        return lanes;
    }

    @Override
    protected RunningDevice start(String device, Map<String, Object> changes) {
        return lanes.start(
                HttpComponent.PID,
                HttpComponent.NAME,
                settingsOf(device, changes),
                settings -> HttpSettings.driver(settings, new StandardPayloadFormats()));
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(TestConfig.with(
                Map.of("device", device, "baseUrl", "http://127.0.0.1:" + proxy().port(), "channels", new String[] {
                    "good=/state(pointer=/good); broken=/status/404;"
                            + " setpoint=/state(pointer=/setpoint,write=PUT,writePath=/setpoint,readBack=true)"
                })));
        settings.putAll(changes);
        return settings;
    }

    @Override
    protected Map<String, Object> otherPeer() {
        return Map.of("baseUrl", "http://127.0.0.1:" + peer.port());
    }

    @Override
    protected int peerPort() {
        return peer.port();
    }

    @Override
    protected Value constant() {
        return new Value.F64(42);
    }

    @Override
    protected Value refused() {
        return new Value.F64(1001);
    }

    @Override
    protected Map<Map<String, Object>, List<String>> wrongSettings() {
        return Map.of(
                Map.of("baseUrl", "ftp://x", "answerBytesMax", 0, "user", "ada"),
                List.of(
                        "3 problems",
                        "'ftp://x' is no address of a server; expected for example http://",
                        "answerBytesMax is 0; expected 1 to",
                        "password is empty and user is not"),
                Map.of("channels", "a=state; b=/b(pointer=x); c=/c(write=GET); d=/d(template={value}); e=/e f"),
                List.of(
                        "channel 'a' at 'state'",
                        "does not begin with '/'",
                        "pointer 'x' does not begin with '/'",
                        "write='GET' is none of [PUT, POST, PATCH]",
                        "need the option write",
                        "other characters are written as %XX"),
                Map.of("headers", "no header at all"),
                List.of("not written as NAME: VALUE"),
                Map.of("headers", "Host: other"),
                List.of("header 'Host' is set by the driver itself"),
                Map.of("headers", "X-Key: {file:}"),
                List.of("'{file:}' names nothing; expected {file:PATH} or {env:NAME}"));
    }

    @Override
    protected String threadPrefix() {
        return "io.bascule.core.driver-lane-";
    }
}
