/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A web server on the loopback interface that serves one module, well or badly. */
public final class ModuleServer implements AutoCloseable {

    /** How a request is answered. */
    @FunctionalInterface
    public interface Answer {
        void to(HttpExchange exchange, byte[] content) throws IOException;
    }

    private static final long CHUNKED = 0;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile byte[] content = new byte[0];
    private volatile Answer answer = ModuleServer::whole;

    public ModuleServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer.to(exchange, content);
            }
        });
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/guest.wasm";
    }

    public URL toUrl() throws IOException {
        return new URL(url());
    }

    /** Serves this from now on. */
    public void serve(byte[] fresh) {
        content = fresh;
        answer = ModuleServer::whole;
    }

    public void answer(Answer other) {
        answer = other;
    }

    private static void whole(HttpExchange exchange, byte[] content) throws IOException {
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
    }

    public void notFound() {
        answer = (exchange, bytes) -> exchange.sendResponseHeaders(404, -1);
    }

    /** Announces everything, sends half and hangs up. */
    public void truncated() {
        answer = (exchange, bytes) -> {
            exchange.sendResponseHeaders(200, bytes.length);
            OutputStream body = exchange.getResponseBody();
            body.write(bytes, 0, bytes.length / 2);
            body.flush();
        };
    }

    /** Announces {@code size} bytes and sends none of them. */
    public void announcing(long size) {
        answer = (exchange, bytes) -> {
            exchange.sendResponseHeaders(200, size);
            exchange.getResponseBody().flush();
        };
    }

    /** Sends zeros without a word about how many, until the reader hangs up. */
    public void endless() {
        answer = (exchange, bytes) -> {
            exchange.sendResponseHeaders(200, CHUNKED);
            byte[] zeros = new byte[64 * 1024];
            while (end.getCount() > 0) {
                exchange.getResponseBody().write(zeros);
            }
        };
    }

    /** Takes the request and says nothing. */
    public void silent() {
        answer = (exchange, bytes) -> await(60_000);
    }

    /** Sends a byte now and then, so that no single read takes long. */
    public void dripping(long pauseMillis) {
        answer = (exchange, bytes) -> {
            exchange.sendResponseHeaders(200, CHUNKED);
            while (!await(pauseMillis)) {
                exchange.getResponseBody().write(0);
                exchange.getResponseBody().flush();
            }
        };
    }

    private boolean await(long millis) {
        try {
            return end.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
