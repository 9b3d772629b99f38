/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.api.channel.payload.Payload;
import io.bascule.api.channel.payload.PayloadFormats;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each URL once for all channels that are in its answer. Confined to the lane of its device.
 *
 * <p>A URL that gets no answer does not make the device one that is away, as long as another one was answered in the same read: so
 * one that failed goes last the next time.
 */
final class UrlPlan implements ReadPlan {

    private static final Logger LOG = LoggerFactory.getLogger(UrlPlan.class);

    private final List<HttpAddress> addresses;
    private final Exchange exchange;
    private final PayloadFormats formats;
    private final List<Page> pages = new ArrayList<>();

    /** A URL and the channels in its answer. */
    private static final class Page {
        private final URI uri;
        private final List<Integer> indexes = new ArrayList<>();
        private Quality last = Quality.GOOD;

        private Page(URI uri) {
            this.uri = uri;
        }
    }

    UrlPlan(List<HttpAddress> addresses, Exchange exchange, PayloadFormats formats) {
        this.addresses = List.copyOf(addresses);
        this.exchange = exchange;
        this.formats = formats;
        Map<URI, Page> byUri = new LinkedHashMap<>();
        for (int i = 0; i < addresses.size(); i++) {
            byUri.computeIfAbsent(addresses.get(i).uri(), Page::new).indexes.add(i);
        }
        pages.addAll(byUri.values());
    }

    @Override
    public int requestsMax() {
        return pages.size();
    }

    @Override
    public boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException {
        boolean isAnswered = false;
        for (Page page : List.copyOf(pages)) {
            try {
                accept(page, exchange.get(page.uri, deadline), sink);
                isAnswered = true;
            } catch (Exchange.NoAnswerException e) {
                pages.remove(page);
                pages.add(page);
                if (!isAnswered) {
                    throw new DriverException(String.valueOf(e.getMessage()), e);
                }
                none(page, e.isTimeout() ? Quality.BAD_TIMEOUT : Quality.BAD_NO_COMMUNICATION, e.getMessage(), sink);
            }
        }
        return false;
    }

    private void accept(Page page, Exchange.Answer answer, ReadingSink sink) {
        Quality quality = StatusCode.quality(answer.status(), false);
        if (quality.level() != Quality.Level.GOOD) {
            none(page, quality, "status " + answer.status(), sink);
        } else if (answer.body().isTooLong()) {
            none(page, Quality.BAD_CONFIGURATION_ERROR, "the answer is longer than answerBytesMax", sink);
        } else {
            page.last = Quality.GOOD;
            Payload payload = formats.payload(answer.body().bytes());
            for (int index : page.indexes) {
                addresses.get(index).field().read(payload).tell(sink, index);
            }
        }
    }

    private static void none(
            Page page, Quality quality, @org.jspecify.annotations.Nullable String why, ReadingSink sink) {
        if (!page.last.equals(quality)) {
            page.last = quality;
            LOG.warn("channels at path={} have no value, quality={}: {}", page.uri.getPath(), quality.word(), why);
        }
        for (int index : page.indexes) {
            sink.none(index, quality);
        }
    }
}
