/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.RecordingSink;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What servers of devices do that they should not: the JDK's small server at its worst. */
class OddAnswersTest {

    private static final int TIMEOUT_MILLIS = 3000;
    /** Long after every time limit here; a machine can be busy. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicBoolean isWriterGone = new AtomicBoolean();
    private HttpServer server;
    private Device device;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/good", e -> answer(e, "1"));
        server.createContext("/never", e -> await());
        server.createContext("/drip", this::drip);
        server.createContext("/endless", this::endless);
        server.createContext("/cut", OddAnswersTest::cut);
        server.createContext("/long", e -> answer(e, " ".repeat(1000) + "1"));
        server.start();
        device = Device.at(
                "http://127.0.0.1:" + server.getAddress().getPort(),
                Map.of("timeoutMillis", TIMEOUT_MILLIS, "answerBytesMax", 1000));
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private void await() {
        try {
            end.await(300, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Headers at once, then a byte now and then: no single wait is long. */
    private void drip(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 1000);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < 1000 && !end.await(20, TimeUnit.MILLISECONDS); i++) {
                out.write(' ');
                out.flush();
            }
        } catch (IOException e) {
            isWriterGone.set(true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void endless(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        byte[] block = new byte[65_536];
        try (OutputStream out = exchange.getResponseBody()) {
            while (end.getCount() > 0) {
                out.write(block);
            }
        } catch (IOException e) {
            isWriterGone.set(true);
        }
    }

    private static void cut(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 1000);
        exchange.getResponseBody().write('1');
        // Closes the connection, because the rest was promised and did not come.
        throw new IOException("cut");
    }

    private String problemAt(String path) {
        long begin = System.nanoTime();
        DriverException problem = assertThrows(DriverException.class, () -> device.told(device.address(path)));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        assertTrue(millis < LIMIT.toMillis(), "known after " + millis + " ms");
        return String.valueOf(problem.getMessage());
    }

    @Test
    void aServerThatNeverAnswersCostsTheTimeLimit() throws Exception {
        assertTrue(problemAt("/never").startsWith("no answer within 3000 ms to GET http://127.0.0.1:"));
        assertEquals("1.0", device.told(device.address("/good")));
    }

    @Test
    void anAnswerThatDripsCostsTheTimeLimitAndItsConnection() throws Exception {
        assertTrue(problemAt("/drip").startsWith("no answer within 3000 ms"));
        Await.until("the end of the connection", isWriterGone::get);
        assertEquals("1.0", device.told(device.address("/good")));
    }

    @Test
    void anAnswerThatIsCutIsNoValue() throws Exception {
        assertTrue(problemAt("/cut").contains("/cut failed: "));
        assertEquals("1.0", device.told(device.address("/good")));
    }

    @Test
    void anAnswerThatIsTooLongIsNotReadToItsEnd() throws Exception {
        assertEquals("bad:configuration-error", device.told(device.address("/endless")));
        Await.until("the end of the connection", isWriterGone::get);
        assertEquals("bad:configuration-error", device.told(device.address("/long")));
        assertEquals("1.0", device.told(device.address("/good")));
    }

    @Test
    void oneSlowUrlDoesNotMakeTheDeviceAway() throws Exception {
        ReadPlan plan = device.driver.plan(
                List.of(device.address("/never"), device.address("/good"), device.address("/cut")), Duration.ZERO);
        assertEquals(3, plan.requestsMax());
        // The first read begins with the slow one, which says nothing of the others; from then on it goes last.
        assertThrows(DriverException.class, () -> plan.read(new RecordingSink(), Deadline.after(LIMIT)));
        for (int i = 0; i < 2; i++) {
            RecordingSink sink = new RecordingSink();
            plan.read(sink, Deadline.after(LIMIT));
            assertEquals(new Value.F64(1), sink.value(1));
            assertEquals(Map.of(0, Quality.BAD_TIMEOUT, 2, Quality.BAD_NO_COMMUNICATION), sink.missing());
        }
    }

    @Test
    void aRequestEndsSoonWhenItsThreadIsInterrupted() throws Exception {
        Device patient =
                Device.at("http://127.0.0.1:" + server.getAddress().getPort(), Map.of("timeoutMillis", 3_600_000));
        AtomicReference<Throwable> ended = new AtomicReference<>();
        Thread lane = new Thread(() -> {
            try {
                patient.told(patient.address("/never"));
            } catch (Exception e) {
                ended.set(e);
            }
        });
        lane.start();
        Await.until("the wait", () -> lane.getState() == Thread.State.TIMED_WAITING);
        lane.interrupt();
        // Long before the hour that the request may take.
        Await.until("its end", () -> ended.get() != null);
        assertTrue(ended.get() instanceof InterruptedException, String.valueOf(ended.get()));
    }
}
