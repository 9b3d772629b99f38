/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration, checked.
 *
 * @param folder where the files are
 * @param group how long a group waits for more
 * @param waitingBytesMax memory of what waits, for each file
 * @param historyBytesMax bytes in use
 * @param historyAge how old readings get, zero for no limit
 * @param historyPowerSafe whether readings are acknowledged after a sync
 * @param outboxBytesMax bytes of each outbox
 * @param pagesMax most pages of a file: a limit that SQLite itself holds, as a disk does
 */
record StoreSettings(
        Path folder,
        Duration group,
        int waitingBytesMax,
        long historyBytesMax,
        Duration historyAge,
        boolean historyPowerSafe,
        long outboxBytesMax,
        long pagesMax) {

    /** What SQLite allows at most. */
    static final long PAGES_MAX = 4_294_967_294L;

    private static final Logger LOG = LoggerFactory.getLogger(StoreSettings.class);
    private static final int MIB = 1024 * 1024;
    private static final int AGE_DAYS_MAX = 36_500;
    private static final int GROUP_MILLIS_MAX = 1000;

    static StoreSettings of(StoreConfig config, Path folder) {
        return new StoreSettings(
                folder,
                Duration.ofMillis(within("groupMillis", config.groupMillis(), 0, GROUP_MILLIS_MAX, 2)),
                (int) within("waitingBytesMax", config.waitingBytesMax(), MIB, 1024L * MIB, 32L * MIB),
                within("historyBytesMax", config.historyBytesMax(), 4L * MIB, 1024L * 1024 * MIB, 1024L * MIB),
                Duration.ofDays(within("historyAgeDays", config.historyAgeDays(), 0, AGE_DAYS_MAX, 30)),
                config.historyPowerSafe(),
                within("outboxBytesMax", config.outboxBytesMax(), MIB, 1024L * 1024 * MIB, 256L * MIB),
                PAGES_MAX);
    }

    /** A wrong value must not cost the gateway its store: it is reported, and the default holds. */
    private static long within(String key, long value, long min, long max, long otherwise) {
        if (value >= min && value <= max) {
            return value;
        }
        LOG.error(
                "configuration {}: {} is {}; expected {} to {}. {} holds instead",
                StoreConfig.PID,
                key,
                value,
                min,
                max,
                otherwise);
        return otherwise;
    }
}
