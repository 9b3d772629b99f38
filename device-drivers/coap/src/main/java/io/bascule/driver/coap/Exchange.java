/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.californium.core.CoapClient;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.UdpConfig;
import org.jspecify.annotations.Nullable;

/** Sends confirmable requests and gets answers, one at a time, each within its time limit. Confined to the lane of its device. */
final class Exchange {

    static {
        CoapConfig.register();
        UdpConfig.register();
    }

    private final CoapSettings settings;
    private @Nullable CoapEndpoint endpoint;
    private @Nullable CoapClient client;
    private @Nullable InetSocketAddress device;
    private List<ScheduledThreadPoolExecutor> threads = List.of();

    /** A request got no answer. */
    static final class NoAnswerException extends Exception {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        NoAnswerException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    Exchange(CoapSettings settings) {
        this.settings = settings;
    }

    CoapSettings settings() {
        return settings;
    }

    /** Finds the device's address and opens a socket; whether somebody is there says the first request. */
    void open() throws DriverException {
        close();
        Configuration configuration = Configuration.createStandardWithoutFile();
        configuration.set(CoapConfig.ACK_TIMEOUT, (int) settings.ackTimeout().toMillis(), TimeUnit.MILLISECONDS);
        configuration.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, settings.answerBytesMax());
        configuration.set(CoapConfig.PROTOCOL_STAGE_THREAD_COUNT, 1);
        configuration.set(UdpConfig.UDP_RECEIVER_THREAD_COUNT, 1);
        configuration.set(UdpConfig.UDP_SENDER_THREAD_COUNT, 1);
        ScheduledThreadPoolExecutor messages = thread("messages");
        ScheduledThreadPoolExecutor repetitions = thread("repetitions");
        threads = List.of(messages, repetitions);
        try {
            String host = settings.base().getHost();
            device = new InetSocketAddress(
                    InetAddress.getByName(host.startsWith("[") ? host.substring(1, host.length() - 1) : host),
                    settings.base().getPort());
            CoapEndpoint opened = new CoapEndpoint.Builder()
                    .setConfiguration(configuration)
                    .setInetSocketAddress(new InetSocketAddress(0))
                    .build();
            endpoint = opened;
            opened.setExecutors(messages, repetitions);
            opened.start();
            CoapClient observer = new CoapClient();
            observer.setEndpoint(opened);
            observer.setExecutors(messages, repetitions, true);
            client = observer;
        } catch (UnknownHostException e) {
            close();
            throw new DriverException("the name of " + settings.base() + " is unknown", e);
        } catch (IOException e) {
            close();
            throw new DriverException("no socket for " + settings.base() + ": " + e.getMessage(), e);
        }
    }

    void close() {
        CoapEndpoint open = endpoint;
        endpoint = null;
        client = null;
        if (open != null) {
            open.destroy();
        }
        threads.forEach(ScheduledThreadPoolExecutor::shutdownNow);
        threads = List.of();
    }

    private ScheduledThreadPoolExecutor thread(String role) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "io.bascule.driver.coap-" + settings.device() + "-" + role);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    Response get(URI uri, int accept, Deadline deadline)
            throws NoAnswerException, DriverException, InterruptedException {
        return send(get(uri, accept, device), "GET " + uri, deadline);
    }

    private static Request get(URI uri, int accept, @Nullable InetSocketAddress device) {
        Request request = address(Request.newGet(), uri, device);
        if (accept != CoapAddress.ANY) {
            request.getOptions().setAccept(accept);
        }
        return request;
    }

    Response write(CoapAddress.Write write, byte[] payload, Deadline deadline)
            throws NoAnswerException, DriverException, InterruptedException {
        Request request = address(write.isPut() ? Request.newPut() : Request.newPost(), write.uri(), device);
        request.setPayload(payload);
        request.getOptions().setContentFormat(write.contentFormat());
        return send(request, (write.isPut() ? "PUT " : "POST ") + write.uri(), deadline);
    }

    /**
     * Asks the device to tell of a resource by itself (RFC 7641); does not wait. Californium orders what comes, and asks again when the
     * device stays quiet for longer than it said that its answer is fresh; see {@link Observation} for a device that refuses.
     *
     * @param told takes what comes, one at a time, on a thread of this connection
     * @param lost called when the device does not answer, on a thread of this connection
     */
    void observe(URI uri, int accept, Consumer<Response> told, Runnable lost) throws DriverException {
        CoapClient observer = client;
        InetSocketAddress destination = device;
        if (observer == null || destination == null) {
            throw new DriverException(settings.base() + " is not connected");
        }
        new Observation(observer, () -> get(uri, accept, destination), threads.get(0), settings.timeout(), told, lost)
                .ask();
    }

    /** The address is resolved once: a name server that does not answer holds up connecting and nothing else. */
    private static Request address(Request request, URI uri, @Nullable InetSocketAddress device) {
        request.setConfirmable(true);
        request.setURI(uri);
        request.setDestinationContext(new AddressEndpointContext(device));
        return request;
    }

    private CoapEndpoint opened() throws DriverException {
        CoapEndpoint open = endpoint;
        if (open == null) {
            throw new DriverException(settings.base() + " is not connected");
        }
        return open;
    }

    private Response send(Request request, String what, Deadline deadline)
            throws NoAnswerException, DriverException, InterruptedException {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        request.addMessageObserver(new MessageObserverAdapter() {
            @Override
            public void onResponse(Response response) {
                answer.complete(response);
            }

            @Override
            public void onReject() {
                failed("it was rejected");
            }

            @Override
            public void onTimeout() {
                failed("it was not acknowledged");
            }

            @Override
            public void onSendError(Throwable error) {
                answer.completeExceptionally(error);
            }

            @Override
            public void onResponseHandlingError(Throwable cause) {
                answer.completeExceptionally(cause);
            }

            private void failed(String why) {
                answer.completeExceptionally(new IOException(why));
            }
        });
        Deadline own = deadline.atMost(settings.timeout());
        opened().sendRequest(request);
        try {
            return answer.get(own.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new NoAnswerException("no answer within " + settings.timeout().toMillis() + " ms to " + what, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new NoAnswerException(what + " failed: " + cause.getMessage(), cause);
        } finally {
            // Ends the repetitions of one that is under way.
            request.cancel();
        }
    }
}
