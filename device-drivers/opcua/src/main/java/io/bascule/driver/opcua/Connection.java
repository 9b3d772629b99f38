/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.sdk.client.SessionActivityListener;
import org.eclipse.milo.opcua.sdk.client.UaSession;
import org.eclipse.milo.opcua.stack.core.AttributeId;
import org.eclipse.milo.opcua.stack.core.NamespaceTable;
import org.eclipse.milo.opcua.stack.core.NodeIds;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExtensionObject;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UInteger;
import org.eclipse.milo.opcua.stack.core.types.enumerated.TimestampsToReturn;
import org.eclipse.milo.opcua.stack.core.types.structured.CreateMonitoredItemsResponse;
import org.eclipse.milo.opcua.stack.core.types.structured.DataChangeFilter;
import org.eclipse.milo.opcua.stack.core.types.structured.MonitoredItemCreateRequest;
import org.eclipse.milo.opcua.stack.core.types.structured.PublishRequest;
import org.eclipse.milo.opcua.stack.core.types.structured.PublishResponse;
import org.eclipse.milo.opcua.stack.core.types.structured.ReadValueId;
import org.eclipse.milo.opcua.stack.core.types.structured.SubscriptionAcknowledgement;
import org.jspecify.annotations.Nullable;

/**
 * One session with a server, from its beginning to its first trouble: then it is over, and a new one is made. Every wait has a
 * limit of its own, because requests of the library wait for a session that may never come back. Safe for use by any thread.
 */
final class Connection {

    private static final Duration CLOSE_MAX = Duration.ofMillis(500);
    private static final int LIMIT_MAX = 10_000;
    private static final NodeId NOBODY = new NodeId(0, "");

    /**
     * How many things the server takes in one request; {@value #LIMIT_MAX} where it names no limit.
     *
     * @param read nodes to read
     * @param write nodes to write
     * @param monitor nodes to subscribe to
     * @param browse nodes to browse
     */
    record Limits(int read, int write, int monitor, int browse) {}

    private final OpcUaClient client;
    private final ClientThreads threads;
    private final String text;
    private final Publisher publisher = new Publisher(this);
    private volatile NamespaceTable namespaces = new NamespaceTable();
    private volatile Limits limits = new Limits(LIMIT_MAX, LIMIT_MAX, LIMIT_MAX, LIMIT_MAX);
    private volatile @Nullable Consumer<String> onLost;
    private final CompletableFuture<Object> lost = new CompletableFuture<>();

    private Connection(OpcUaClient client, ClientThreads threads, String text) {
        this.client = client;
        this.threads = threads;
        this.text = text;
    }

    /**
     * Makes a session.
     *
     * @throws DriverException when that was not possible; says why
     */
    static Connection open(OpcUaSettings settings, ClientThreads threads, Deadline deadline)
            throws DriverException, InterruptedException {
        Connector connector = new Connector(settings, threads);
        OpcUaClient client = connector.client(deadline);
        Connection made = new Connection(client, threads, settings.endpoint().toString());
        boolean isDone = false;
        try {
            connector.connect(client, deadline);
            client.addSessionActivityListener(made.new Watch());
            made.learn(deadline);
            isDone = true;
            return made;
        } finally {
            if (!isDone) {
                made.close();
            }
        }
    }

    /** Reads what namespaces the server has in which order, and how much it takes at once. */
    private void learn(Deadline deadline) throws DriverException, InterruptedException {
        List<NodeId> nodes = List.of(
                NodeIds.Server_NamespaceArray,
                NodeIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
                NodeIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerWrite,
                NodeIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
                NodeIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse);
        List<DataValue> told = read(
                nodes.stream()
                        .map(n -> new ReadValueId(n, AttributeId.Value.uid(), null, QualifiedName.NULL_VALUE))
                        .toList(),
                deadline);
        if (raw(told.get(0)) instanceof String[] uris) {
            NamespaceTable table = new NamespaceTable();
            for (int i = 1; i < uris.length; i++) {
                table.set(i, uris[i]);
            }
            namespaces = table;
        }
        limits = new Limits(limit(told.get(1)), limit(told.get(2)), limit(told.get(3)), limit(told.get(4)));
    }

    private static int limit(DataValue told) {
        long limit = raw(told) instanceof UInteger named ? named.longValue() : 0;
        return limit == 0 ? LIMIT_MAX : (int) Math.min(LIMIT_MAX, limit);
    }

    /** Returns what a data value holds; null when it is nothing. */
    static @Nullable Object raw(DataValue told) {
        return told.value() == null ? null : told.value().value();
    }

    String text() {
        return text;
    }

    OpcUaClient client() {
        return client;
    }

    Limits limits() {
        return limits;
    }

    NamespaceTable namespaces() {
        return namespaces;
    }

    Publisher publisher() {
        return publisher;
    }

    /** Says who hears of the loss of the connection, if that was not seen by a request; nobody any more of before. */
    void onLost(Consumer<String> listener) {
        onLost = listener;
    }

    /** Returns the value of an address as a read or a subscription names it. */
    ReadValueId valueOf(NodeAddress address) {
        return new ReadValueId(nodeOf(address), AttributeId.Value.uid(), address.range(), QualifiedName.NULL_VALUE);
    }

    /** Returns the node of an address; one that no server has, when the server does not have its namespace. */
    NodeId nodeOf(NodeAddress address) {
        return address.node().toNodeId(namespaces).orElse(NOBODY);
    }

    /** Reads attributes; one value for each. */
    List<DataValue> read(List<ReadValueId> nodes, Deadline deadline) throws DriverException, InterruptedException {
        DataValue[] told = await(client.readAsync(0.0, TimestampsToReturn.Both, nodes), deadline, "reading")
                .getResults();
        return Arrays.asList(results(told, nodes.size(), text));
    }

    /** Returns results as they are when there are as many as expected. */
    static <T> T[] results(T @Nullable [] results, int expected, String text) throws DriverException {
        if (results == null || results.length != expected) {
            throw new DriverException(
                    text + " sent " + (results == null ? 0 : results.length) + " results; expected " + expected);
        }
        return results;
    }

    CompletableFuture<CreateMonitoredItemsResponse> monitor(UInteger id, List<MonitoredItemCreateRequest> items) {
        return client.createMonitoredItemsAsync(id, TimestampsToReturn.Both, items);
    }

    /** Asks for a message; the server answers when there is one, or nothing for long. */
    CompletableFuture<PublishResponse> publish(
            List<SubscriptionAcknowledgement> acknowledgements, Duration silenceMax) {
        return client.getSessionAsync().thenCompose(session -> client.sendRequestAsync(new PublishRequest(
                        client.newRequestHeader(
                                session.getAuthenticationToken(),
                                UInteger.valueOf(silenceMax.multipliedBy(2).toMillis())),
                        acknowledgements.toArray(SubscriptionAcknowledgement[]::new)))
                .thenApply(PublishResponse.class::cast));
    }

    ExtensionObject encoded(DataChangeFilter filter) {
        return ExtensionObject.encode(client.getStaticEncodingContext(), filter);
    }

    Object decoded(ExtensionObject part) {
        return part.decode(client.getStaticEncodingContext());
    }

    Future<?> after(Duration time, Runnable task) {
        return threads.scheduler().schedule(task, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Waits for an answer.
     *
     * @param what is waited for, for people
     * @throws DriverException when none came in time, the connection was lost or the server refused the whole request
     */
    <T> T await(CompletableFuture<T> answer, Deadline deadline, String what)
            throws DriverException, InterruptedException {
        return await(answer, lost, deadline, what, text);
    }

    /** Waits for an answer as long as {@code lost} is not completed. */
    @SuppressWarnings("unchecked") // What completes first is an answer: the other one ends with an exception only.
    static <T> T await(
            CompletableFuture<T> answer, CompletableFuture<Object> lost, Deadline deadline, String what, String text)
            throws DriverException, InterruptedException {
        long nanos = deadline.remainingNanos();
        try {
            return (T) CompletableFuture.anyOf(answer, lost).get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new DriverException("no answer from " + text + " in time while " + what, e);
        } catch (ExecutionException e) {
            throw new DriverException(what + " at " + text + " failed: " + reason(e), e);
        }
    }

    /** Returns what went wrong, for people: the code of OPC UA where there is one. */
    static String reason(@Nullable Throwable problem) {
        Throwable cause = problem;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof UaException refusal) {
            return refusal.getStatusCode() + (refusal.getMessage() == null ? "" : ", " + refusal.getMessage());
        }
        return String.valueOf(cause);
    }

    /** Lets go of the server; waits for nothing. One that does not answer the farewell is cut off. */
    void close() {
        onLost = null;
        lost.completeExceptionally(new UaException(
                org.eclipse.milo.opcua.stack.core.StatusCodes.Bad_ConnectionClosed, "the connection was closed"));
        close(client, threads);
    }

    /** Ends a client in whatever state it is. */
    @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a farewell.
    static void close(OpcUaClient client, ClientThreads threads) {
        Future<?> cut = threads.scheduler()
                .schedule(() -> client.getTransport().disconnect(), CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS);
        client.disconnectAsync().whenComplete((c, e) -> cut.cancel(false));
    }

    /** Hears of the end of the session. */
    private final class Watch implements SessionActivityListener {
        @Override
        public void onSessionInactive(UaSession session) {
            lost.completeExceptionally(new UaException(
                    org.eclipse.milo.opcua.stack.core.StatusCodes.Bad_ConnectionClosed, "the connection was lost"));
            Consumer<String> listener = onLost;
            if (listener != null) {
                listener.accept("the connection to " + text + " was lost");
            }
        }
    }
}
