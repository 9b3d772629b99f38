/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.alert;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/** Keeps alerts until they are acknowledged, and the newest of those too; bounded by configuration. Safe for any thread. */
@ProviderType
public interface AlertRegistry {

    /** Keeps an alert and posts the event. When full, the oldest acknowledged one goes first, then the oldest: counted. */
    Entry raise(Alert alert);

    /** Returns the alerts kept, newest first; an unmodifiable snapshot. */
    List<Entry> list();

    /** Returns how many alerts were raised since the start, those dropped included. */
    long raisedTotal();

    /** Returns how many alerts were dropped because the registry was full. */
    long droppedTotal();

    /**
     * Acknowledges an alert; acknowledging twice keeps the first person.
     *
     * @param id its number
     * @param by who has seen it
     * @return the entry as it is now, empty when there is none with this number
     */
    Optional<Entry> acknowledge(long id, String by);

    /**
     * An alert that was kept.
     *
     * @param id its number, 1 and up, never given twice while the gateway runs
     * @param alert what was raised
     * @param raisedAt gateway time
     * @param acknowledgedBy who has seen it, null while nobody has
     */
    record Entry(
            long id,
            Alert alert,
            Instant raisedAt,
            @Nullable String acknowledgedBy) {
        /** Returns whether somebody has seen it. */
        public boolean isAcknowledged() {
            return acknowledgedBy != null;
        }
    }
}
