/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.SubscriptionListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExtensionObject;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UInteger;
import org.eclipse.milo.opcua.stack.core.types.enumerated.DataChangeTrigger;
import org.eclipse.milo.opcua.stack.core.types.enumerated.DeadbandType;
import org.eclipse.milo.opcua.stack.core.types.enumerated.MonitoringMode;
import org.eclipse.milo.opcua.stack.core.types.structured.CreateSubscriptionResponse;
import org.eclipse.milo.opcua.stack.core.types.structured.DataChangeFilter;
import org.eclipse.milo.opcua.stack.core.types.structured.DataChangeNotification;
import org.eclipse.milo.opcua.stack.core.types.structured.MonitoredItemCreateRequest;
import org.eclipse.milo.opcua.stack.core.types.structured.MonitoredItemCreateResult;
import org.eclipse.milo.opcua.stack.core.types.structured.MonitoredItemNotification;
import org.eclipse.milo.opcua.stack.core.types.structured.MonitoringParameters;
import org.eclipse.milo.opcua.stack.core.types.structured.NotificationMessage;
import org.eclipse.milo.opcua.stack.core.types.structured.PublishResponse;
import org.eclipse.milo.opcua.stack.core.types.structured.StatusChangeNotification;
import org.eclipse.milo.opcua.stack.core.types.structured.SubscriptionAcknowledgement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server tells by itself. A message that is missing, a server that says nothing for too long and every other trouble mean
 * that the connection is lost: on the new one everything is told anew.
 */
final class Subscription {

    private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);

    private static final Set<Long> FILTER_REFUSED = Set.of(
            StatusCodes.Bad_MonitoredItemFilterUnsupported,
            StatusCodes.Bad_MonitoredItemFilterInvalid,
            StatusCodes.Bad_FilterNotAllowed,
            StatusCodes.Bad_DeadbandFilterInvalid);

    private static final UInteger NOTIFICATIONS_MAX = UInteger.valueOf(10_000);
    private static final Duration LIFETIME = Duration.ofMinutes(1);
    /** A server may count a subscription as gone only after three times of saying that it is there (OPC 10000-4 5.14.2). */
    private static final int LIFETIME_FACTOR = 3;

    private static final long SEQUENCE_MAX = 0xFFFF_FFFFL;
    private static final long REPEAT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Connection connection;
    private final List<NodeAddress> addresses;
    private final SubscriptionListener listener;
    private final UInteger id;
    private final Duration silenceMax;
    /** Set while the server owes a message; fires when it does not come. */
    private volatile @Nullable Future<?> alarm;

    private volatile boolean hasEnded;
    private volatile List<Integer> missing = List.of();

    // From here on: of the thread that handles the present answer.
    private long missingNano = System.nanoTime();
    private long sequence = 1;

    private Subscription(
            Connection connection,
            List<NodeAddress> addresses,
            SubscriptionListener listener,
            OpcUaSettings settings,
            CreateSubscriptionResponse created) {
        this.connection = connection;
        this.addresses = addresses;
        this.listener = listener;
        this.id = created.getSubscriptionId();
        double silenceMillis = created.getRevisedPublishingInterval()
                * created.getRevisedMaxKeepAliveCount().longValue();
        this.silenceMax =
                Duration.ofMillis((long) silenceMillis).plus(settings.timeout().multipliedBy(2));
    }

    /** Makes the subscription and begins to listen; what the server does not know has a bad quality. */
    static Subscription begin(
            Connection connection,
            List<NodeAddress> addresses,
            SubscriptionListener listener,
            OpcUaSettings settings,
            Deadline deadline)
            throws DriverException, InterruptedException {
        double publishing = settings.publishing().toMillis();
        long keepAlive = Math.max(1, (long) Math.ceil(settings.timeout().toMillis() / publishing));
        long lifetime = Math.max(LIFETIME_FACTOR * keepAlive, (long) Math.ceil(LIFETIME.toMillis() / publishing));
        CreateSubscriptionResponse created = connection.await(
                connection
                        .client()
                        .createSubscriptionAsync(
                                publishing,
                                UInteger.valueOf(lifetime),
                                UInteger.valueOf(keepAlive),
                                NOTIFICATIONS_MAX,
                                true,
                                org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UByte.MIN),
                deadline,
                "making a subscription");
        Subscription made = new Subscription(connection, List.copyOf(addresses), listener, settings, created);
        made.watch();
        // Before there is anything to be told: an answer to a request for an earlier subscription may be about this
        // one.
        connection.publisher().follow(made);
        made.add(deadline);
        return made;
    }

    private void add(Deadline deadline) throws DriverException, InterruptedException {
        int most = connection.limits().monitor();
        List<Integer> refused = new ArrayList<>();
        List<Integer> unknown = new ArrayList<>();
        for (int start = 0; start < addresses.size(); start += most) {
            List<Integer> some = range(start, Math.min(addresses.size(), start + most));
            sort(some, create(some, true, deadline), refused, unknown);
        }
        for (int start = 0; start < refused.size(); start += most) {
            List<Integer> some = refused.subList(start, Math.min(refused.size(), start + most));
            sort(some, create(some, false, deadline), new ArrayList<>(), unknown);
        }
        if (!refused.isEmpty()) {
            LOG.info(
                    "server={} does not compute deadbands for {} of {} nodes; the gateway does",
                    connection.text(),
                    refused.size(),
                    addresses.size());
        }
        missing = unknown;
    }

    private static List<Integer> range(int from, int to) {
        return java.util.stream.IntStream.range(from, to).boxed().toList();
    }

    private MonitoredItemCreateResult[] create(List<Integer> items, boolean withFilter, Deadline deadline)
            throws DriverException, InterruptedException {
        return Connection.results(
                connection
                        .await(connection.monitor(id, requests(items, withFilter)), deadline, "subscribing")
                        .getResults(),
                items.size(),
                connection.text());
    }

    private List<MonitoredItemCreateRequest> requests(List<Integer> items, boolean withFilter) {
        return items.stream().map(i -> request(i, withFilter)).toList();
    }

    private MonitoredItemCreateRequest request(int index, boolean withFilter) {
        NodeAddress address = addresses.get(index);
        ExtensionObject filter = null;
        if (withFilter && address.deadband() > 0) {
            filter = connection.encoded(new DataChangeFilter(
                    DataChangeTrigger.StatusValue,
                    UInteger.valueOf(DeadbandType.Absolute.getValue()),
                    address.deadband()));
        }
        // -1 is the publishing interval (OPC 10000-4 section 7.21).
        double sampling = address.sampling().isZero() ? -1 : address.sampling().toNanos() / 1e6;
        return new MonitoredItemCreateRequest(
                connection.valueOf(address),
                MonitoringMode.Reporting,
                new MonitoringParameters(
                        UInteger.valueOf(index), sampling, filter, UInteger.valueOf(address.queueSize()), true));
    }

    /** Sorts out what the server did not take; what it does not know is told at once. */
    private void sort(
            List<Integer> items, MonitoredItemCreateResult[] results, List<Integer> refused, List<Integer> unknown) {
        for (int i = 0; i < results.length; i++) {
            StatusCode status = results[i].getStatusCode();
            int index = items.get(i);
            if (FILTER_REFUSED.contains(status.value())) {
                refused.add(index);
            } else if (!status.isGood()) {
                unknown.add(index);
                tell(index, new DataValue(status));
            }
        }
    }

    private void tell(int index, DataValue data) {
        Conversion.Told told = Conversion.told(addresses.get(index), data);
        Value value = told.value();
        if (value == null) {
            listener.onNone(index, told.quality());
        } else {
            listener.onReading(index, value, told.quality(), told.timeNanos());
        }
    }

    /** Takes an answer to a publish request; returns what of it the server need not keep any more. */
    List<SubscriptionAcknowledgement> accept(PublishResponse response) {
        watch();
        NotificationMessage message = response.getNotificationMessage();
        ExtensionObject[] parts = message.getNotificationData();
        if (parts == null || parts.length == 0) {
            repeat();
            return List.of();
        }
        long number = message.getSequenceNumber().longValue();
        if (number != sequence) {
            lost(connection.text() + " sent message " + number + " of the subscription; expected " + sequence);
            return List.of();
        }
        sequence = number == SEQUENCE_MAX ? 1 : number + 1;
        for (ExtensionObject part : parts) {
            Object decoded = connection.decoded(part);
            if (decoded instanceof DataChangeNotification changes) {
                accept(changes);
            } else if (decoded instanceof StatusChangeNotification status) {
                lost(connection.text() + " ended the subscription: " + Conversion.quality(status.getStatus()));
            }
        }
        repeat();
        return List.of(new SubscriptionAcknowledgement(id, message.getSequenceNumber()));
    }

    private void accept(DataChangeNotification changes) {
        MonitoredItemNotification[] items = changes.getMonitoredItems();
        if (items == null) {
            return;
        }
        for (MonitoredItemNotification item : items) {
            long index = item.getClientHandle().longValue();
            if (index < addresses.size()) {
                tell((int) index, item.getValue());
            }
        }
    }

    /** Asks again for what the server did not know, once a minute: it may know now. */
    @SuppressWarnings("FutureReturnValueIgnored") // All that can be told of it is told to what is called.
    private void repeat() {
        if (missing.isEmpty() || System.nanoTime() - missingNano < REPEAT_NANOS) {
            return;
        }
        missingNano = System.nanoTime();
        List<Integer> asked =
                missing.subList(0, Math.min(missing.size(), connection.limits().monitor()));
        List<Integer> rest = missing.subList(asked.size(), missing.size());
        connection.monitor(id, requests(asked, false)).whenComplete((response, problem) -> {
            if (problem == null && response.getResults() != null) {
                List<Integer> still = new ArrayList<>(rest);
                for (int i = 0; i < asked.size(); i++) {
                    if (!response.getResults()[i].getStatusCode().isGood()) {
                        still.add(asked.get(i));
                    }
                }
                missing = still;
            }
        });
    }

    private void watch() {
        Future<?> before = alarm;
        if (before != null) {
            before.cancel(false);
        }
        if (!hasEnded) {
            alarm = connection.after(
                    silenceMax,
                    () -> lost(connection.text() + " said nothing of the subscription for " + silenceMax.toMillis()
                            + " ms"));
        }
    }

    void lost(String reason) {
        if (!hasEnded) {
            end();
            listener.onLost(reason);
        }
    }

    boolean hasEnded() {
        return hasEnded;
    }

    UInteger id() {
        return id;
    }

    /** Returns how long the server may say nothing. */
    Duration silenceMax() {
        return silenceMax;
    }

    /** Stops to listen; the connection ends the subscription at the server. */
    void end() {
        hasEnded = true;
        Future<?> before = alarm;
        if (before != null) {
            before.cancel(false);
        }
    }

    /** Ends it at the server; does not wait for the answer. */
    @SuppressWarnings("FutureReturnValueIgnored") // When it fails the connection ends, and the subscription with it.
    void delete() {
        end();
        connection.client().deleteSubscriptionsAsync(List.of(id));
    }
}
