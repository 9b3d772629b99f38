/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.api.channel.driver.SubscriptionListener;
import io.bascule.api.channel.payload.Content;
import io.bascule.api.channel.payload.Payload;
import io.bascule.api.channel.payload.PayloadFormats;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.coap.Response;

/**
 * A resource and the channels in its answers. Immutable.
 *
 * @param uri where it is
 * @param accept the content format that is asked for
 * @param channels the channels, by their index in the plan or subscription
 */
record Resource(URI uri, int accept, Map<Integer, CoapAddress> channels) {

    /** What makes two channels share a request. */
    private record Key(URI uri, int accept) {}

    /** Returns the resources that {@code addresses} are in, in their order. */
    static List<Resource> of(List<CoapAddress> addresses) {
        Map<Key, Map<Integer, CoapAddress>> found = new LinkedHashMap<>();
        for (int i = 0; i < addresses.size(); i++) {
            CoapAddress address = addresses.get(i);
            found.computeIfAbsent(new Key(address.uri(), address.accept()), k -> new LinkedHashMap<>())
                    .put(i, address);
        }
        List<Resource> resources = new ArrayList<>();
        found.forEach((key, channels) -> resources.add(new Resource(key.uri(), key.accept(), channels)));
        return resources;
    }

    /** Tells {@code sink} what an answer says of each channel. */
    void accept(Response response, PayloadFormats formats, ReadingSink sink) {
        Quality quality = Code.quality(response.getCode(), false);
        if (quality.level() != Quality.Level.GOOD) {
            none(quality, sink);
            return;
        }
        Payload payload = formats.payload(response.getPayload());
        channels.forEach((index, address) -> address.field().read(payload).tell(sink, index));
    }

    void none(Quality quality, ReadingSink sink) {
        channels.keySet().forEach(index -> sink.none(index, quality));
    }

    /**
     * Asks the device to tell of the resource, and waits for its first answer.
     *
     * @throws DriverException when none comes in time
     */
    void observe(Exchange exchange, PayloadFormats formats, SubscriptionListener listener, Deadline deadline)
            throws DriverException, InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);
        exchange.observe(
                uri,
                accept,
                response -> {
                    tell(response, formats, listener);
                    answered.countDown();
                },
                () -> listener.onLost("no answer to the observation of " + uri));
        if (!answered.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
            throw new DriverException("no answer within "
                    + exchange.settings().timeout().toMillis() + " ms to the observation of " + uri);
        }
    }

    private void tell(Response response, PayloadFormats formats, SubscriptionListener listener) {
        Quality quality = Code.quality(response.getCode(), false);
        Payload payload = formats.payload(response.getPayload());
        channels.forEach((index, address) -> {
            Content content =
                    quality.level() == Quality.Level.GOOD ? address.field().read(payload) : Content.none(quality);
            Value value = content.value();
            if (value == null) {
                listener.onNone(index, content.quality());
            } else {
                listener.onReading(index, value, content.quality(), content.timeNanos());
            }
        });
    }
}
