/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowStatus.State;
import io.bascule.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How flows and the engine end: what was accepted is worked off or counted, and nothing goes on afterwards. */
@Timeout(60)
class FlowEndTest {

    private Path data;
    private Bench bench;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        data = folder;
        bench = new Bench(folder);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static List<Double> countingUp(int count) {
        return IntStream.range(0, count).mapToObj(i -> (double) i).toList();
    }

    private static void awaitNoThread(String prefix) {
        Await.until("all threads to end", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.isAlive() && t.getName().startsWith(prefix)));
    }

    @Test
    void worksOffWhatIsQueuedWhenItStops() throws Exception {
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);
        bench.collector.gate = new CountDownLatch(1);
        for (int i = 0; i < 50; i++) {
            bench.publish(i, 1);
        }
        Thread stopper = new Thread(() -> {
            try {
                bench.engine.stop("f");
            } catch (FlowException e) {
                throw new IllegalStateException(e);
            }
        });

        stopper.start();
        bench.collector.gate.countDown();
        stopper.join();

        assertEquals(State.STOPPED, bench.status().state());
        assertEquals(countingUp(50), bench.collector.values);
        assertEquals(50, bench.stage("out").readingsOut());
    }

    @Test
    void countsWhatIsLeftWhenTheDrainTimeHasPassed() throws Exception {
        bench.close();
        Bench impatient = new Bench(data.resolve("impatient"), Duration.ofMillis(50));
        bench = impatient;
        bench.put("f", """
                {"name":"f","stages":[{"id":"in","type":"channels","channels":["machine/*"]},
                 {"id":"out","type":"collect","batch":{"size":1}}],"edges":[{"from":"in","to":"out"}]}""");
        bench.awaitState(State.RUNNING);
        bench.collector.gate = new CountDownLatch(1);
        for (int i = 0; i < 30; i++) {
            bench.publish(i, 1);
        }

        bench.engine.stop("f");

        long in = bench.stage("in").readingsIn();
        assertEquals(30, in);
        long lost = bench.stage("in").readingsDropped() + bench.stage("out").readingsDropped();
        assertEquals(30, bench.collector.values.size() + lost);
        assertTrue(lost > 0);
    }

    @Test
    void opensNothingAgainForALookThatWaitedWhileTheEngineClosed() throws Exception {
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);
        // News that comes while the last stage closes: its look waits behind the end of the engine.
        bench.collector.whenClosed = () -> bench.engine.register(new FakeModule("counter", "1.1.0"), 2);

        bench.engine.close();

        awaitNoThread("bascule-flow-");
        assertEquals(1, bench.collector.opened.get());
        FlowException late = assertThrows(FlowException.class, () -> bench.engine.start("f"));
        assertTrue(String.valueOf(late.getMessage()).contains("the flow engine stops"), late::toString);
    }

    @Test
    void worksOffWhatIsQueuedAlsoWhenTheThreadThatClosesTheEngineIsInterrupted() throws Exception {
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);
        bench.collector.gate = new CountDownLatch(1);
        for (int i = 0; i < 50; i++) {
            bench.publish(i, 1);
        }
        AtomicBoolean wasInterrupted = new AtomicBoolean();
        Thread closer = new Thread(() -> {
            Thread.currentThread().interrupt();
            bench.engine.close();
            wasInterrupted.set(Thread.interrupted());
        });

        closer.start();
        Await.until(
                "all to be on their way to the sink", () -> bench.stage("in").queued() == 0);
        bench.collector.gate.countDown();
        closer.join();

        assertEquals(countingUp(50), bench.collector.values);
        assertTrue(wasInterrupted.get(), "the interrupt is for whoever closed the engine");
        awaitNoThread("bascule-flow-");
    }

    @Test
    void leavesNoThreadBehind() throws Exception {
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.put("f", Bench.moduleFlow(""));
        bench.awaitState(State.RUNNING);

        bench.engine.close();

        awaitNoThread("bascule-flow-");
        assertFalse(bench.status().stages().isEmpty());
    }
}
