/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.api.channel.payload.PayloadFormats;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks each resource once for all channels that are in its answer. Confined to the lane of its device.
 *
 * <p>A resource that gets no answer does not make the device one that is away, as long as another one was answered in the same read:
 * so one that failed goes last the next time.
 */
final class ResourcePlan implements ReadPlan {

    private final Exchange exchange;
    private final PayloadFormats formats;
    private final List<Resource> resources;

    ResourcePlan(List<CoapAddress> addresses, Exchange exchange, PayloadFormats formats) {
        this.exchange = exchange;
        this.formats = formats;
        this.resources = new ArrayList<>(Resource.of(addresses));
    }

    @Override
    public int requestsMax() {
        return resources.size();
    }

    @Override
    public boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException {
        boolean isAnswered = false;
        for (Resource resource : List.copyOf(resources)) {
            try {
                resource.accept(exchange.get(resource.uri(), resource.accept(), deadline), formats, sink);
                isAnswered = true;
            } catch (Exchange.NoAnswerException e) {
                resources.remove(resource);
                resources.add(resource);
                if (!isAnswered) {
                    throw new DriverException(String.valueOf(e.getMessage()), e);
                }
                resource.none(Quality.BAD_TIMEOUT, sink);
            }
        }
        return false;
    }
}
