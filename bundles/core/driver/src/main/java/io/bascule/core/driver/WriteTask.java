/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Values on their way to a device: made by the thread that writes, done by the lane. Either the lane begins it, or nobody. */
final class WriteTask {

    private final int[] channels;
    private final List<Value> raw;
    private final AtomicBoolean isTaken = new AtomicBoolean();
    private final CompletableFuture<List<Quality>> answer = new CompletableFuture<>();

    /**
     * Makes a task.
     *
     * @param channels indexes of the channels in the device's model
     * @param raw what to write, in the same order
     */
    WriteTask(int[] channels, List<Value> raw) {
        this.channels = channels.clone();
        this.raw = List.copyOf(raw);
    }

    int size() {
        return channels.length;
    }

    int channel(int i) {
        return channels[i];
    }

    Value raw(int i) {
        return raw.get(i);
    }

    /** Returns whether the caller may go on with it: the lane to do it, the writer to give up. */
    boolean take() {
        return isTaken.compareAndSet(false, true);
    }

    void answer(List<Quality> qualities) {
        answer.complete(List.copyOf(qualities));
    }

    void fail(Quality quality) {
        answer(Collections.nCopies(channels.length, quality));
    }

    /** Waits for the answer; one that does not come in time and was not begun is never begun. */
    List<Quality> await(long nanos) throws InterruptedException {
        try {
            return answer.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // Whether it is still in the queue or the device is slow: nobody knows of a good end.
            take();
            return Collections.nCopies(channels.length, Quality.BAD_TIMEOUT);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a write cannot fail by itself", e);
        }
    }
}
