/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.SecretText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests and gets answers, one at a time, each within its time limit and size. Redirections are not followed: they would
 * take the credentials to whoever the device names. Confined to the lane of its device.
 */
final class Exchange {

    private static final int THREADS_MAX = 2;
    private static final long IDLE_SECONDS = 2;
    private static final int LATIN_1_MAX = 0xFF;
    private static final int DELETE = 0x7F;

    private final HttpSettings settings;
    private @Nullable HttpClient client;
    private Map<String, FileTime> clientFiles = Map.of();
    private @Nullable List<String> credentials;

    /** An answer of the device. */
    record Answer(int status, BoundedBody.Body body) {}

    /** A request got no answer. */
    static final class NoAnswerException extends Exception {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        private final boolean isTimeout;

        NoAnswerException(String message, @Nullable Throwable cause, boolean isTimeout) {
            super(message, cause);
            this.isTimeout = isTimeout;
        }

        /** Returns whether the time was over; otherwise the connection failed. */
        boolean isTimeout() {
            return isTimeout;
        }
    }

    Exchange(HttpSettings settings) {
        this.settings = settings;
    }

    /** Reads keys and credentials; the connection itself is made by the first request. */
    void open() throws DriverException {
        Map<String, FileTime> files = settings.tls().changes();
        if (client == null || !files.equals(clientFiles)) {
            client = client();
            clientFiles = files;
        }
        credentials = resolved();
    }

    private HttpClient client() throws DriverException {
        // The name of the device may have to be resolved, which can take long: no other device's requests wait for
        // these threads.
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS_MAX, THREADS_MAX, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "io.bascule.driver.http-" + settings.device());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.timeout())
                .executor(threads);
        if (settings.base().getScheme().equals("https")) {
            builder.sslContext(settings.tls().context());
        }
        return builder.build();
    }

    /** Returns the headers by name and value in turns. */
    private List<String> resolved() throws DriverException {
        List<String> headers = new ArrayList<>();
        for (HttpSettings.Header header : settings.headers()) {
            String value = header.value().resolve();
            if (!value.chars().allMatch(c -> c >= ' ' && c <= LATIN_1_MAX && c != DELETE)) {
                throw new DriverException("the value of header '" + header.name()
                        + "' holds a character that no header can; expected printable Latin-1");
            }
            headers.add(header.name());
            headers.add(value);
        }
        SecretText password = settings.password();
        if (!settings.user().isEmpty()) {
            byte[] pair = (settings.user() + ":" + password.resolve()).getBytes(StandardCharsets.UTF_8);
            headers.add("Authorization");
            headers.add("Basic " + Base64.getEncoder().encodeToString(pair));
        }
        return headers;
    }

    Answer get(URI uri, Deadline deadline) throws NoAnswerException, DriverException, InterruptedException {
        return send(HttpRequest.newBuilder(uri).GET(), "GET " + shown(uri), deadline);
    }

    Answer write(HttpAddress.Write write, byte[] body, Deadline deadline)
            throws NoAnswerException, DriverException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(write.uri())
                .method(write.method(), HttpRequest.BodyPublishers.ofByteArray(body))
                .setHeader("Content-Type", write.mediaType());
        return send(request, write.method() + " " + shown(write.uri()), deadline);
    }

    /** A query can hold a key. */
    private static String shown(URI uri) {
        return uri.getScheme() + "://" + uri.getAuthority() + uri.getPath() + (uri.getQuery() == null ? "" : "?...");
    }

    private Answer send(HttpRequest.Builder builder, String what, Deadline deadline)
            throws NoAnswerException, DriverException, InterruptedException {
        HttpClient open = client;
        List<String> headers = credentials;
        if (open == null || headers == null) {
            throw new DriverException(settings.base() + " is not connected");
        }
        for (int i = 0; i < headers.size(); i += 2) {
            builder.header(headers.get(i), headers.get(i + 1));
        }
        Deadline own = deadline.atMost(settings.timeout());
        CompletableFuture<HttpResponse<BoundedBody.Body>> future =
                open.sendAsync(builder.build(), info -> new BoundedBody(settings.answerBytesMax()));
        try {
            HttpResponse<BoundedBody.Body> response = future.get(own.remainingNanos(), TimeUnit.NANOSECONDS);
            if (StatusCode.asksForCredentials(response.statusCode())) {
                // Somebody may have changed them: the next request uses what is in the files then.
                credentials = resolved();
            }
            return new Answer(response.statusCode(), response.body());
        } catch (TimeoutException e) {
            throw new NoAnswerException(
                    "no answer within " + settings.timeout().toMillis() + " ms to " + what, e, true);
        } catch (ExecutionException e) {
            throw new NoAnswerException(
                    what + " failed: " + reason(e.getCause()),
                    e.getCause(),
                    e.getCause() instanceof HttpTimeoutException);
        } finally {
            // Of a request that is under way this closes the connection; for one that has ended it does nothing.
            future.cancel(true);
        }
    }

    private static String reason(@Nullable Throwable problem) {
        if (problem == null) {
            return "unknown";
        }
        if (problem instanceof ConnectException && problem.getMessage() == null) {
            return "connection refused or name unknown";
        }
        String message = problem.getMessage();
        return message == null
                ? problem.getClass().getSimpleName()
                : problem instanceof IOException ? message : problem.getClass().getSimpleName() + ": " + message;
    }

    /** Lets go of the credentials. No request is under way between two calls of the lane. */
    void close() {
        credentials = null;
    }
}
