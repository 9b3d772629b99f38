/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import io.bascule.api.security.Subject;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The one way to write to channels: checks the subject's right, the channel and the type, calls the device, posts a
 * {@code CommandExecuted} event for the audit. Safe for use by any thread; blocks for as long as the device takes.
 */
@ProviderType
public interface ChannelWriter {

    /**
     * Writes values.
     *
     * @param subject on whose behalf
     * @param writes what to write
     * @return one result for each write in the same order
     */
    List<Result> write(Subject subject, List<Write> writes);

    /**
     * One value to write.
     *
     * @param channel the channel's name
     * @param value the value, of the channel's kind
     */
    record Write(String channel, Value value) {}

    /**
     * What became of a write.
     *
     * @param channel the channel's name
     * @param quality good when the device took it, otherwise the reason
     * @param message what was wrong and what to do, empty when good
     */
    record Result(String channel, Quality quality, String message) {
        /** Returns whether the device took the value. */
        public boolean isOk() {
            return quality.level() == Quality.Level.GOOD;
        }
    }
}
