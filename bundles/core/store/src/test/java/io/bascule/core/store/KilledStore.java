/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.store.Outbox;
import io.bascule.testkit.FakeChannelRegistry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/** A process that appends as fast as it can and says what was acknowledged, until it is killed. */
final class KilledStore {

    static final String CHANNEL = "killed/c";
    private static final int IN_FLIGHT = 200;

    private KilledStore() {}

    /** Takes the folder and the first number. */
    public static void main(String[] args) throws Exception {
        TestStores stores = new TestStores(Path.of(args[0]));
        FakeChannelRegistry registry = new FakeChannelRegistry();
        Channel channel = registry.openVirtual(CHANNEL, ValueKind.I64, "");
        SqliteHistory history = stores.history(registry);
        Outbox outbox =
                stores.outboxes(64 * TestStores.MIB, StoreSettings.PAGES_MAX).open("killed");
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        for (long i = Long.parseLong(args[1]); ; i++) {
            long number = i;
            inFlight.acquire(2);
            byte[] payload = ("" + number).getBytes(StandardCharsets.UTF_8);
            var unusedMessage = outbox.append("t", payload).thenAccept(sequence -> {
                out.println("m " + number);
                inFlight.release();
            });
            Batch batch = Batch.builder(1)
                    .add(channel.handle(), ValueKind.I64, io.bascule.api.channel.Quality.GOOD, number, number)
                    .build();
            var unusedReading = history.append(batch).thenAccept(count -> {
                out.println("r " + number);
                inFlight.release();
            });
        }
    }
}
