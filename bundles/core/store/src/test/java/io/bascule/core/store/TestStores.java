/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import io.bascule.api.channel.ChannelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stores with small limits. */
final class TestStores {

    static final long MIB = 1024 * 1024;

    final List<String> alarms = new CopyOnWriteArrayList<>();
    private final Path folder;

    TestStores(Path folder) {
        this.folder = folder;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    StoreSettings settings(long historyBytesMax, Duration age, long outboxBytesMax, long pagesMax) {
        return new StoreSettings(
                folder, Duration.ofMillis(1), (int) MIB, historyBytesMax, age, false, outboxBytesMax, pagesMax);
    }

    SqliteHistory history(ChannelRegistry registry) {
        return history(registry, settings(64 * MIB, Duration.ZERO, MIB, StoreSettings.PAGES_MAX));
    }

    SqliteHistory history(ChannelRegistry registry, StoreSettings settings) {
        return opened(new SqliteHistory(settings, registry, alarms::add, InstantSource.system(), System::nanoTime));
    }

    static SqliteHistory opened(SqliteHistory history) {
        history.careNow();
        return history;
    }

    SqliteOutboxes outboxes(long bytesMax, long pagesMax) {
        SqliteOutboxes outboxes = new SqliteOutboxes(
                settings(MIB, Duration.ZERO, bytesMax, pagesMax), alarms::add, InstantSource.system());
        if (!outboxes.awaitOpened()) {
            throw new AssertionError("outboxes do not open: " + outboxes.problem());
        }
        return outboxes;
    }

    /** Outboxes whose file perhaps does not open. */
    SqliteOutboxes unopened(long bytesMax) {
        StoreSettings settings = settings(MIB, Duration.ZERO, bytesMax, StoreSettings.PAGES_MAX);
        return new SqliteOutboxes(settings, alarms::add, InstantSource.system());
    }
}
