/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import io.bascule.api.store.Outbox;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/** A process that fills an outbox as fast as it can and says what was taken, in order, until it is killed or one is not. */
final class KilledOutbox {

    private static final int IN_FLIGHT = 200;

    private KilledOutbox() {}

    /** Takes the folder, the first number and the bytes of a payload. */
    public static void main(String[] args) throws Exception {
        SqliteOutboxes outboxes =
                new TestStores(Path.of(args[0])).outboxes(256 * TestStores.MIB, StoreSettings.PAGES_MAX);
        Outbox outbox = outboxes.open("killed");
        int bytes = Integer.parseInt(args[2]);
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        for (long i = Long.parseLong(args[1]); !out.checkError(); i++) {
            String text = i + "/";
            long number = i;
            inFlight.acquire();
            var unused = outbox.append("t", (text + "x".repeat(bytes - text.length())).getBytes(StandardCharsets.UTF_8))
                    .handle((sequence, failure) -> {
                        out.println(failure == null ? "m " + number : "refused " + failure);
                        inFlight.release();
                        return sequence;
                    });
        }
    }
}
