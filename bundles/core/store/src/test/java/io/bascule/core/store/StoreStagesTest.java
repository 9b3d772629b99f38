/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.ReadingStore;
import io.bascule.testkit.FakeChannelRegistry;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;

/** The sink of flows. */
class StoreStagesTest {

    @TempDir
    Path folder;

    private static final StageOutput NOWHERE = new StageOutput() {
        @Override
        public void send(Batch batch) {
            throw new AssertionError("a sink sent " + batch);
        }

        @Override
        public void sendMessage(String topic, byte[] payload) {
            throw new AssertionError("a sink sent to " + topic);
        }
    };

    @Test
    void whatPassedIsStoredWhenTheStageReturnsAndAFailureIsTheFlows() throws Exception {
        FakeChannelRegistry registry = new FakeChannelRegistry();
        int handle = registry.openVirtual("a/c", ValueKind.F64, "").handle();
        SqliteHistory history = new TestStores(folder).history(registry);
        Lender lender = new Lender(history);
        StoreStages stages = new StoreStages(lender);
        assertEquals(StageFactory.Role.SINK, stages.role());
        assertEquals(0, lender.lent, "nobody has opened a stage yet");
        Batch batch = Batch.builder(1).add(handle, 1.5, 7).build();
        try (Stage stage = stages.open("f", "keep", "{}", NOWHERE)) {
            stage.accept(batch);
            assertEquals(
                    1,
                    history.query(ReadingQuery.of("a/c", 7, 8, 10)).readings().size());
            history.close();
            FlowException failure = assertThrows(FlowException.class, () -> stage.accept(batch));
            assertTrue(failure.getMessage().startsWith("stage f/keep: store file history.db"), failure::getMessage);
        }
        stages.open("f", "second", "{}", NOWHERE).close();
        assertEquals(1, lender.lent, "one for all stages");
        stages.deactivate();
        assertEquals(0, lender.lent);
    }

    @Test
    void aStoreThatDoesNotStartIsTheFlowsTrouble() {
        StoreStages stages = new StoreStages(new Lender(null));

        FlowException failure = assertThrows(FlowException.class, () -> stages.open("f", "keep", "{}", NOWHERE));

        assertTrue(failure.getMessage().contains("io.bascule.store"), failure::getMessage);
    }

    /** What declarative services give for a service that is made when somebody asks. */
    private static final class Lender implements ComponentServiceObjects<ReadingStore> {
        private final @Nullable ReadingStore store;
        private int lent;

        Lender(@Nullable ReadingStore store) {
            this.store = store;
        }

        @Override
        @SuppressWarnings("NullAway") // The specification says null when the service cannot be had.
        public ReadingStore getService() {
            lent += store == null ? 0 : 1;
            return store;
        }

        @Override
        public void ungetService(ReadingStore service) {
            lent--;
        }

        @Override
        public ServiceReference<ReadingStore> getServiceReference() {
            throw new UnsupportedOperationException("nobody asks for the reference");
        }
    }

    @Test
    void keysThatItDoesNotKnowAreProblems() {
        try (SqliteHistory history = new TestStores(folder).history(new FakeChannelRegistry())) {
            StoreStages stages = new StoreStages(new Lender(history));
            assertEquals(List.of(), stages.validate("{}"));
            assertEquals(
                    List.of("/a", "/b"),
                    stages.validate("{\"a\":1,\"b\":2}").stream()
                            .map(FlowProblem::path)
                            .toList());
        }
    }
}
