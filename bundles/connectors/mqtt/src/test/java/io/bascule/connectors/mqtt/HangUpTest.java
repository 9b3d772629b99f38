/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.bascule.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker that hangs up at once, as a proxy without a broker behind it does. */
class HangUpTest {

    private static final int ATTEMPTS = 15;

    private final Rig rig = new Rig();

    @AfterEach
    void end() {
        rig.close();
    }

    /** The threads of a client that has not come to its end; they are named after it. */
    private static List<String> threads(String clientId) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains(clientId))
                .toList();
    }

    @ParameterizedTest(name = "MQTT {0}")
    @ValueSource(strings = {"3.1.1", "5"})
    void noAttemptLeavesAThreadThatWaitsForEver(String version) throws IOException {
        String clientId = "hung-up-" + version;
        AtomicInteger attempts = new AtomicInteger();
        try (ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread doorman = new Thread(() -> {
                while (!door.isClosed()) {
                    try (Socket guest = door.accept()) {
                        attempts.addAndGet(guest.isConnected() ? 1 : 0);
                    } catch (IOException e) {
                        // The end of the test.
                        return;
                    }
                }
            });
            doorman.setDaemon(true);
            doorman.start();
            MqttComponent connection = rig.connect(
                    door.getLocalPort(),
                    Map.of("version", version, "clientId", clientId, "retryMinMillis", 1, "retryMaxMillis", 20));
            Await.until(ATTEMPTS + " attempts", () -> attempts.get() >= ATTEMPTS);
            assertFalse(connection.state().isConnected());
            rig.end(connection);
        }
        try {
            Await.until(
                    "the end of the client's threads", () -> threads(clientId).isEmpty());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ": " + threads(clientId), e);
        }
    }
}
