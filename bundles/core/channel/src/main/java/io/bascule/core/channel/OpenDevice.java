/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry.DeviceStatus;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.event.GatewayEvent;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.channel.spi.DeviceWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device with an open session. Its monitor guards its state and its slots in the process image and is never held while
 * subscribers run. Order is kept by a turn instead: one thread delivers at a time; a publisher waits for it, a notice of
 * disconnection does not but is left for the thread that has the turn.
 */
final class OpenDevice implements DeviceSession {

    private static final Logger LOG = LoggerFactory.getLogger(OpenDevice.class);
    private static final int NOTICE_BATCH_SIZE = 1024;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Where a session stands. OPENED → CONNECTED ⇄ DISCONNECTED, OPENED → DISCONNECTED, any → CLOSED, which is final. */
    private enum State {
        OPENED,
        CONNECTED,
        DISCONNECTED,
        CLOSED
    }

    private final InMemoryChannelRegistry registry;
    private final DeviceDescriptor descriptor;
    private final DeviceWriter writer;
    private final Map<String, Channel> channels;
    /** Kind codes of the device's channels by handle minus {@link #handleMin}; 0 where the handle is not the device's. */
    private final byte[] kinds;

    private final int handleMin;
    private final WriteTurn writeTurn = new WriteTurn();

    @GuardedBy("this")
    private State state = State.OPENED;

    @GuardedBy("this")
    private String reason = "the driver has not connected yet";

    @GuardedBy("this")
    private @Nullable Thread deliverer;

    @GuardedBy("this")
    private int deliveryDepth;

    @GuardedBy("this")
    private List<Batch> pendingNotice = List.of();

    @GuardedBy("this")
    private long readings;

    @GuardedBy("this")
    private long rejected;

    @GuardedBy("this")
    private long lastReadingNanos;

    @GuardedBy("this")
    private long readingsAtLastEvent;

    @GuardedBy("this")
    private long lastEventNanoTime;

    @GuardedBy("this")
    private boolean hasPostedData;

    OpenDevice(
            InMemoryChannelRegistry registry,
            DeviceDescriptor descriptor,
            DeviceWriter writer,
            Map<String, Channel> channels) {
        this.registry = registry;
        this.descriptor = descriptor;
        this.writer = writer;
        this.channels = Map.copyOf(channels);
        this.handleMin =
                channels.values().stream().mapToInt(Channel::handle).min().orElse(1);
        int handleMax =
                channels.values().stream().mapToInt(Channel::handle).max().orElse(0);
        this.kinds = new byte[handleMax - handleMin + 1];
        channels.values()
                .forEach(c -> kinds[c.handle() - handleMin] = (byte) c.kind().code());
    }

    String name() {
        return descriptor.name();
    }

    DeviceWriter writer() {
        return writer;
    }

    WriteTurn writeTurn() {
        return writeTurn;
    }

    synchronized boolean isConnected() {
        return state == State.CONNECTED;
    }

    synchronized DeviceStatus status() {
        boolean isConnected = state == State.CONNECTED;
        return new DeviceStatus(
                descriptor, isConnected, isConnected ? "" : reason, readings, rejected, lastReadingNanos);
    }

    boolean has(Channel channel) {
        return channels.containsKey(channel.name());
    }

    @Override
    public Channel channel(String name) {
        Channel channel = channels.get(name);
        if (channel == null) {
            throw new IllegalArgumentException("device '" + descriptor.name() + "' has no channel '" + name
                    + "'; a driver names its channels when it opens the device");
        }
        return channel;
    }

    @Override
    public void connected() {
        synchronized (this) {
            if (state == State.CONNECTED || state == State.CLOSED) {
                return;
            }
            state = State.CONNECTED;
            reason = "";
        }
        LOG.info("device={} connected driver={}", descriptor.name(), descriptor.driver());
        registry.events().post(new GatewayEvent.DeviceConnected(descriptor.name(), registry.now()));
    }

    @Override
    public void disconnected(String why) {
        if (why.isBlank()) {
            throw new IllegalArgumentException(
                    "device '" + descriptor.name() + "' is said to be disconnected without a reason; give one");
        }
        goAway(State.DISCONNECTED, why);
    }

    @Override
    public void close() {
        goAway(State.CLOSED, "the driver closed the device");
        registry.closed(this);
    }

    private void goAway(State next, String why) {
        List<Batch> notice;
        boolean deliversItself;
        synchronized (this) {
            State before = state;
            if (before == State.CLOSED) {
                return;
            }
            state = next;
            reason = why;
            boolean isNews = before == State.CONNECTED || (before == State.OPENED && next == State.DISCONNECTED);
            if (!isNews) {
                return;
            }
            notice = turnBad();
            deliversItself = deliverer == null || deliverer == Thread.currentThread();
            if (deliversItself) {
                deliverer = Thread.currentThread();
                deliveryDepth++;
            } else {
                pendingNotice = notice;
            }
        }
        LOG.info("device={} disconnected reason={}", descriptor.name(), why);
        registry.events().post(new GatewayEvent.DeviceDisconnected(descriptor.name(), why, registry.now()));
        if (deliversItself) {
            try {
                notice.forEach(registry::fanOut);
            } finally {
                endTurn();
            }
        }
    }

    /** Turns all channels bad and returns what subscribers are told: last values and times, never a new time. */
    @GuardedBy("this")
    private List<Batch> turnBad() {
        List<Batch> notice = new ArrayList<>();
        Batch.Builder fixed = Batch.builder(Math.min(channels.size(), NOTICE_BATCH_SIZE));
        for (Channel channel : channels.values()) {
            registry.image().setQuality(channel.handle(), Quality.BAD_NOT_CONNECTED);
            Reading last = registry.image().read(channel.handle());
            if (!channel.kind().isFixed()) {
                notice.add(Batch.of(last));
                continue;
            }
            fixed.add(last);
            if (fixed.size() == NOTICE_BATCH_SIZE) {
                notice.add(fixed.build());
                fixed = Batch.builder(NOTICE_BATCH_SIZE);
            }
        }
        if (fixed.size() > 0) {
            notice.add(fixed.build());
        }
        return notice;
    }

    @Override
    public int publish(Batch batch) {
        Batch accepted;
        synchronized (this) {
            try {
                while (deliverer != null && deliverer != Thread.currentThread()) {
                    wait();
                }
            } catch (InterruptedException e) {
                // The driver is being stopped: nothing was accepted, and the driver sees its flag.
                Thread.currentThread().interrupt();
                return 0;
            }
            if (state == State.CLOSED) {
                throw new IllegalStateException(
                        "the session of device '" + descriptor.name() + "' is closed; open the device again");
            }
            deliverer = Thread.currentThread();
            deliveryDepth++;
            accepted = enter(batch);
            readings += accepted.size();
            rejected += batch.size() - accepted.size();
            lastReadingNanos = registry.nowMillis() * NANOS_PER_MILLI;
        }
        try {
            registry.fanOut(accepted);
            if (registry.events().isDataHeard()) {
                postData(accepted);
            }
        } finally {
            endTurn();
        }
        return accepted.size();
    }

    /** Enters readings into the process image and returns those that are the device's own and of the right kind. */
    @GuardedBy("this")
    private Batch enter(Batch batch) {
        ProcessImage image = registry.image();
        int size = batch.size();
        int own = 0;
        for (int i = 0; i < size; i++) {
            if (isOwn(batch, i)) {
                image.write(batch, i, batch.channel(i));
                own++;
            }
        }
        if (own == size) {
            return batch;
        }
        Batch.Builder accepted = Batch.builder(own);
        for (int i = 0; i < size; i++) {
            if (isOwn(batch, i)) {
                accepted.addRange(batch, i, 1);
            }
        }
        return accepted.build();
    }

    private boolean isOwn(Batch batch, int i) {
        int index = batch.channel(i) - handleMin;
        return index >= 0
                && index < kinds.length
                && kinds[index] == batch.kind(i).code();
    }

    /** Gives the turn back, after the notice that came meanwhile. */
    private void endTurn() {
        while (true) {
            List<Batch> notice;
            synchronized (this) {
                if (deliveryDepth > 1 || pendingNotice.isEmpty()) {
                    deliveryDepth--;
                    if (deliveryDepth == 0) {
                        deliverer = null;
                        notifyAll();
                    }
                    return;
                }
                notice = pendingNotice;
                pendingNotice = List.of();
            }
            notice.forEach(registry::fanOut);
        }
    }

    private void postData(Batch batch) {
        long interval = registry.dataEventIntervalNanos();
        long now = System.nanoTime();
        long skipped;
        synchronized (this) {
            if (batch.isEmpty()
                    || interval == InMemoryChannelRegistry.NO_DATA_EVENTS
                    || (hasPostedData && now - lastEventNanoTime < interval)) {
                return;
            }
            hasPostedData = true;
            lastEventNanoTime = now;
            skipped = readings - readingsAtLastEvent - batch.size();
            readingsAtLastEvent = readings;
        }
        registry.events().post(new GatewayEvent.DataReceived(descriptor.name(), batch, skipped, registry.now()));
    }

    @Override
    public boolean hasSubscribers() {
        return registry.isWanted(channels.values());
    }
}
