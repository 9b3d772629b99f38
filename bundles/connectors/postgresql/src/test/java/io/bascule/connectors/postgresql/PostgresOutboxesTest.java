/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outboxes;
import io.bascule.testkit.store.OutboxContract;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresOutboxesTest extends OutboxContract {

    private static Server server;
    private final List<String> alarms = new CopyOnWriteArrayList<>();
    private PostgresSettings settings;
    private PostgresOutboxes outboxes;

    @BeforeAll
    static void startServer() {
        server = Server.start();
    }

    @AfterAll
    static void endServer() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void choose() {
        settings = server.settings();
    }

    @AfterEach
    void close() {
        if (outboxes != null) {
            outboxes.close();
            assertEquals(List.of(), alarms);
        }
    }

    @Override
    protected Outboxes outboxes() {
        if (outboxes == null) {
            outboxes = new PostgresOutboxes(settings, alarms::add, InstantSource.system());
            outboxes.careNow();
        }
        return outboxes;
    }

    @Override
    protected Outboxes reopened() {
        outboxes();
        outboxes.close();
        outboxes = null;
        return outboxes();
    }

    @Override
    protected long bytesMax() {
        return settings.outboxBytesMax();
    }

    @Test
    void whatIsAppendedAndAcknowledgedInOneGroupGoesInOrder() throws Exception {
        Outbox outbox = outboxes().open("broker");
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(outbox.append("t", ("m" + i).getBytes(StandardCharsets.UTF_8)));
            if (i % 10 == 9) {
                answers.add(outbox.acknowledge(Long.MAX_VALUE));
            }
        }
        for (int i = 0; i < answers.size(); i++) {
            long told = answer(answers.get(i));
            if (i % 11 == 10) {
                assertEquals(10, told);
            }
        }
        assertEquals(0, outbox.figures().messages());
        assertEquals(0, outbox.figures().bytes());
    }
}
