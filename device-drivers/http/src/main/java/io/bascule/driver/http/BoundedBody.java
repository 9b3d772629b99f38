/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Collects the body of an answer, up to a bound. Called by one thread at a time. */
final class BoundedBody implements BodySubscriber<BoundedBody.Body> {

    /** The body of an answer. */
    static final class Body {
        private final byte[] bytes;
        private final boolean isTooLong;

        private Body(byte[] bytes, boolean isTooLong) {
            this.bytes = bytes;
            this.isTooLong = isTooLong;
        }

        /** Returns what came; empty when it was too much. Not copied. */
        byte[] bytes() {
            return bytes;
        }

        /** Returns whether there was more than allowed. */
        boolean isTooLong() {
            return isTooLong;
        }
    }

    private final int bytesMax;
    private final CompletableFuture<Body> body = new CompletableFuture<>();
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private Flow.@Nullable Subscription subscription;

    BoundedBody(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    @Override
    public CompletionStage<Body> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription source) {
        if (subscription != null) {
            source.cancel();
            return;
        }
        subscription = source;
        source.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (body.isDone()) {
                return;
            }
            if (collected.size() + buffer.remaining() > bytesMax) {
                body.complete(new Body(new byte[0], true));
                if (subscription != null) {
                    // Ends the connection: the rest would have to be read to use it again.
                    subscription.cancel();
                }
                return;
            }
            byte[] chunk = new byte[buffer.remaining()];
            buffer.get(chunk);
            collected.write(chunk, 0, chunk.length);
        }
    }

    @Override
    public void onError(Throwable problem) {
        body.completeExceptionally(problem);
    }

    @Override
    public void onComplete() {
        body.complete(new Body(collected.toByteArray(), false));
    }
}
