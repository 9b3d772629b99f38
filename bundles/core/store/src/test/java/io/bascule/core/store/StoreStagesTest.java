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
import io.bascule.testkit.FakeChannelRegistry;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        StoreStages stages = new StoreStages(history);
        assertEquals(StageFactory.Role.SINK, stages.role());
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
    }

    @Test
    void keysThatItDoesNotKnowAreProblems() {
        try (SqliteHistory history = new TestStores(folder).history(new FakeChannelRegistry())) {
            StoreStages stages = new StoreStages(history);
            assertEquals(List.of(), stages.validate("{}"));
            assertEquals(
                    List.of("/a", "/b"),
                    stages.validate("{\"a\":1,\"b\":2}").stream()
                            .map(FlowProblem::path)
                            .toList());
        }
    }
}
