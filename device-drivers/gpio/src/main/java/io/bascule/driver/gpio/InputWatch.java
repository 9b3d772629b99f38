/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.api.channel.driver.SubscriptionListener;
import io.bascule.driver.gpio.board.GpioPort;
import java.io.IOException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Hears the edges of inputs and tells of values. An input without a debounce time tells of each edge. One with it tells of a
 * level that has lasted so long: contacts bounce some milliseconds, and what they say meanwhile is nothing. The library's own
 * filters are not used, because each has another one or none.
 */
final class InputWatch implements AutoCloseable {

    private static final long END_MILLIS_MAX = 500;
    /** How often the first value is looked at again when edges come at the same time. */
    private static final int FIRST_LOOKS_MAX = 10;

    private final String device;
    private final SubscriptionListener listener;
    private @Nullable ScheduledThreadPoolExecutor timer;

    InputWatch(String device, SubscriptionListener listener) {
        this.device = device;
        this.listener = listener;
    }

    /**
     * Begins with an input: its value now, and then each change.
     *
     * @throws IOException when it cannot be read or has no events
     */
    void add(int index, BoardAddress.Input input, GpioPort port) throws IOException {
        if (!input.debounce().isZero()) {
            Bouncing bouncing = new Bouncing(index, input, port, timer());
            port.listen(bouncing::onEdge);
            bouncing.begin();
            return;
        }
        port.listen((isHigh, time) -> tell(index, isHigh != input.isActiveLow(), time));
        boolean told = port.isHigh();
        tell(index, told != input.isActiveLow(), ReadingSink.ARRIVAL);
        // An edge between the look and the word would be told before it; then the word is said again.
        for (int looks = 0; looks < FIRST_LOOKS_MAX && port.isHigh() != told; looks++) {
            told = !told;
            tell(index, told != input.isActiveLow(), ReadingSink.ARRIVAL);
        }
    }

    private void tell(int index, boolean value, long timeNanos) {
        listener.onReading(index, new Value.Bool(value), Quality.GOOD, timeNanos);
    }

    private ScheduledThreadPoolExecutor timer() {
        if (timer == null) {
            ScheduledThreadPoolExecutor made = new ScheduledThreadPoolExecutor(1, task -> {
                Thread thread = new Thread(task, "io.bascule.driver.gpio-debounce-" + device);
                thread.setDaemon(true);
                return thread;
            });
            // An edge that comes while the device stops has nobody to tell.
            made.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
            timer = made;
        }
        return timer;
    }

    /** Ends its thread, if there is one. */
    @Override
    public void close() {
        if (timer != null) {
            timer.shutdownNow();
            try {
                timer.awaitTermination(END_MILLIS_MAX, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            timer = null;
        }
    }

    /** An input that bounces. Edges come from the library's thread; all else happens on the timer's. */
    private final class Bouncing {
        private final int index;
        private final BoardAddress.Input input;
        private final GpioPort port;
        private final ScheduledThreadPoolExecutor timer;
        private final long debounceNanos;
        private final AtomicBoolean isLookedAt = new AtomicBoolean();
        private volatile long edgeNanoTime = System.nanoTime();
        private volatile long edgeTimeNanos = ReadingSink.ARRIVAL;
        private @Nullable Boolean told;

        Bouncing(int index, BoardAddress.Input input, GpioPort port, ScheduledThreadPoolExecutor timer) {
            this.index = index;
            this.input = input;
            this.port = port;
            this.timer = timer;
            this.debounceNanos = input.debounce().toNanos();
        }

        void begin() {
            timer.execute(this::look);
        }

        void onEdge(boolean isHigh, long timeNanos) {
            edgeNanoTime = System.nanoTime();
            edgeTimeNanos = timeNanos;
            // At most one look waits, however many edges come.
            if (isLookedAt.compareAndSet(false, true)) {
                lookIn(debounceNanos);
            }
        }

        @SuppressWarnings("FutureReturnValueIgnored") // It is not cancelled alone, and what fails is said by look().
        private void lookIn(long nanos) {
            timer.schedule(this::lookWhenQuiet, nanos, TimeUnit.NANOSECONDS);
        }

        private void lookWhenQuiet() {
            long missing = debounceNanos - (System.nanoTime() - edgeNanoTime);
            if (missing > 0) {
                lookIn(missing);
                return;
            }
            // Before the look, so that an edge after it brings another one.
            isLookedAt.set(false);
            look();
        }

        private void look() {
            try {
                boolean isOn = port.isHigh() != input.isActiveLow();
                if (told == null || told != isOn) {
                    told = isOn;
                    tell(index, isOn, edgeTimeNanos);
                }
            } catch (IOException e) {
                listener.onLost(input + " cannot be read any more: " + e.getMessage());
            }
        }
    }
}
