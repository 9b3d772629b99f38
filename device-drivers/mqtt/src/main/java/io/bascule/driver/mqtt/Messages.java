/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.mqtt;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.api.channel.payload.Content;
import io.bascule.api.channel.payload.Payload;
import io.bascule.api.channel.payload.PayloadField;
import io.bascule.api.channel.payload.PayloadFormats;

/**
 * What messages say, and how far it can be trusted.
 *
 * @param formats opens payloads
 * @param retained what a value is worth that the broker had kept
 */
record Messages(PayloadFormats formats, Retained retained) {

    /** What is done with messages that the broker had kept. */
    enum Retained {
        /** They are as good as others. */
        ACCEPT,
        /** Nobody knows how old they are: uncertain. */
        UNCERTAIN,
        /** They are as if they had not come. */
        IGNORE
    }

    /** Returns an opened message. */
    Read open(TopicStore.Arrived arrived, long onlineSince) {
        boolean isOld = arrived.number() < onlineSince || (arrived.isRetained() && retained == Retained.UNCERTAIN);
        return new Read(
                formats.payload(arrived.payload()),
                arrived,
                isOld ? Quality.UNCERTAIN_LAST_USABLE_VALUE : Quality.GOOD);
    }

    /**
     * An opened message. Used by one thread.
     *
     * @param quality of the values in it
     */
    record Read(Payload payload, TopicStore.Arrived arrived, Quality quality) {

        Content at(PayloadField field) {
            if (arrived.isTooLong()) {
                return Content.none(Quality.BAD_CONFIGURATION_ERROR);
            }
            Content content = field.read(payload);
            Value value = content.value();
            if (value == null) {
                return content;
            }
            long time = content.timeNanos() == ReadingSink.ARRIVAL ? arrived.timeNanos() : content.timeNanos();
            return new Content(value, quality, time);
        }
    }
}
