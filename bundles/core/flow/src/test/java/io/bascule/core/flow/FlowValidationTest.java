/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.module.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowValidationTest {

    private Bench bench;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        bench = new Bench(folder);
        bench.engine.register(new FakeModule("counter", "1.0.0"), 1);
        bench.engine.register(new FakeModule("frames", "1.0.0", World.DECODER, Batch.SIZE_MAX), 2);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private void assertProblem(String json, String path, String... words) {
        List<FlowProblem> problems = bench.engine.validate(json);
        assertEquals(1, problems.size(), problems::toString);
        assertEquals(path, problems.get(0).path(), problems::toString);
        for (String word : words) {
            assertTrue(problems.get(0).message().contains(word), problems.get(0).message());
        }
    }

    private static String flow(String stages, String edges) {
        return "{\"name\":\"f\",\"stages\":[{\"id\":\"in\",\"type\":\"channels\",\"channels\":[\"machine/*\"]},"
                + stages + "],\"edges\":[" + edges + "]}";
    }

    private static final String OUT = "{\"id\":\"out\",\"type\":\"collect\"}";
    private static final String IN_OUT = "{\"from\":\"in\",\"to\":\"out\"}";

    @Test
    void findsNothingWrongWithAGoodFlow() {
        assertEquals(List.of(), bench.engine.validate(Bench.moduleFlow(", \"version\":\"[1,2)\"")));
        assertEquals(List.of(), bench.engine.validate(flow(OUT, IN_OUT)));
    }

    @Test
    void reportsAllProblemsAtOnceInTheOrderOfTheDocument() {
        List<FlowProblem> problems = bench.engine.validate("""
                {"name":"Bad Name","enabld":true,
                 "stages":[
                  {"id":"in","type":"channels","channels":[]},
                  {"id":"work","type":"module","module":"conter","queue":{"capacity":0,"overflow":"spill"}},
                  {"id":"work","type":"filter","config":{"qualty":"good","above":"x"}},
                  {"id":"out","type":"colect"}],
                 "edges":[{"from":"in","to":"wrk"},{"from":"out"}]}""");

        assertEquals(
                List.of(
                        "/name",
                        "/enabld",
                        "/stages/0/channels",
                        "/stages/1",
                        "/stages/1/module",
                        "/stages/1/queue/capacity",
                        "/stages/1/queue/overflow",
                        "/stages/2",
                        "/stages/2/id",
                        "/stages/2/config/qualty",
                        "/stages/2/config/above",
                        "/stages/3/type",
                        "/edges/0/to",
                        "/edges/1"),
                problems.stream().map(FlowProblem::path).toList(),
                problems::toString);
    }

    @Test
    void suggestsTheWordThatWasMeant() {
        assertProblem(flow(OUT.replace("}", ",\"qeue\":{}}"), IN_OUT), "/stages/1/qeue", "did you mean 'queue'");
        assertProblem(flow(OUT.replace("collect", "colect"), IN_OUT), "/stages/1/type", "did you mean 'collect'");
        assertProblem(flow(OUT, "{\"from\":\"in\",\"to\":\"otu\"}," + IN_OUT), "/edges/0/to", "did you mean 'out'");
    }

    @Test
    void namesTheCycle() {
        String stages = "{\"id\":\"a\",\"type\":\"filter\"},{\"id\":\"b\",\"type\":\"filter\"}";
        String edges = "{\"from\":\"in\",\"to\":\"a\"},{\"from\":\"a\",\"to\":\"b\"},{\"from\":\"b\",\"to\":\"a\"}";
        assertProblem(flow(stages, edges), "/edges", "a -> b -> a");
    }

    @Test
    void refusesADecoderThatIsFedNumbers() {
        String stages = "{\"id\":\"decode\",\"type\":\"module\",\"module\":\"frames\"}";
        assertProblem(
                flow(stages, "{\"from\":\"in\",\"to\":\"decode\"}"),
                "/edges/0",
                "takes frames of bytes",
                "of type f64");
        String behindRule = "{\"id\":\"rule\",\"type\":\"filter\"}," + stages;
        assertProblem(
                flow(behindRule, "{\"from\":\"in\",\"to\":\"rule\"},{\"from\":\"rule\",\"to\":\"decode\"}"),
                "/edges/1",
                "takes frames of bytes");
    }

    @Test
    void refusesEdgesIntoSourcesAndOutOfSinks() {
        String wrongWay = flow(OUT, IN_OUT + ",{\"from\":\"out\",\"to\":\"in\"}");
        List<String> paths =
                bench.engine.validate(wrongWay).stream().map(FlowProblem::path).toList();
        assertEquals(List.of("/edges", "/edges/1/from", "/edges/1/to"), paths);
    }

    @Test
    void missesAChannelThatIsNamedExactlyUnlessItIsOptional() {
        String exact = flow(OUT, IN_OUT).replace("machine/*", "machine/temprature");
        assertProblem(exact, "/stages/0/channels/0", "did you mean 'machine/temperature'");
        assertEquals(
                List.of(),
                bench.engine.validate(
                        exact.replace("\"type\":\"channels\"", "\"type\":\"channels\",\"optional\":true")));
        assertEquals(List.of(), bench.engine.validate(flow(OUT, IN_OUT).replace("machine/*", "nothing/*")));
    }

    @Test
    void missesAVersionOfAModule() {
        assertProblem(
                Bench.moduleFlow(", \"version\":\"[2,3)\""),
                "/stages/1/version",
                "ready in version 1.0.0",
                "[2.0.0,3.0.0)");
    }

    @Test
    void saysWhereTextIsNotJsonAndWhichKeyStandsTwice() {
        assertProblem("{\"name\":\"f\",\n\"stages\":[}", "", "not JSON", "line 2");
        assertProblem("[]", "", "expected an object");
        String twice = flow(OUT, IN_OUT).replace("\"name\":\"f\"", "\"name\":\"f\",\"enabled\":true,\"enabled\":false");
        assertProblem(twice, "/enabled", "stands twice");
    }

    @Test
    void refusesStagesThatNothingReachesAndSourcesThatReachNothing() {
        List<FlowProblem> problems = bench.engine.validate(flow(OUT, ""));
        assertEquals(
                List.of("/stages/0", "/stages/1"),
                problems.stream().map(FlowProblem::path).toList());
    }
}
