/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.access.shell.ShellHarness.Result;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.traffic.Route;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.api.security.Capability;
import io.bascule.testkit.FakeConfigurationAdmin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrafficCommandsTest {

    private static final String PID = "io.bascule.flow.traffic";

    private final FakeRouter router = new FakeRouter();
    private final FakeModules modules = new FakeModules();
    private final FakeConfigurationAdmin configurations = new FakeConfigurationAdmin();
    private final ShellHarness shell = new ShellHarness(router, modules, configurations);

    @BeforeEach
    void divide() {
        router.add(
                "trend-anomaly",
                Route.of(TrafficRule.parse("weighted 1.2=90 1.3=10")),
                true,
                FakeRouter.version("1.2.0", 0, 350_000, 0, 0),
                FakeRouter.version("1.3.0", 3, 1_250_000, 0, 0));
        router.add(
                "fir",
                Route.of(TrafficRule.parse("shadow 1.0.0 2.0.0 tolerance=0.001")),
                false,
                FakeRouter.version("1.0.0", 0, 0, 0, 0),
                FakeRouter.version("2.0.0", 0, 0, 500, 7));
        modules.add(101, "trend-anomaly", ModuleState.READY, "", Set.of(Capability.EMIT), "");
        modules.add(102, "stranger", ModuleState.UNRESOLVED, "host interface 'teleport' is missing", Set.of(), "");
    }

    @AfterEach
    void close() {
        shell.close();
    }

    private static void fits(Result result) {
        assertTrue(result.isOk(), result.error());
        result.lines().forEach(line -> assertTrue(line.length() <= Table.LINE_WIDTH, line));
    }

    @Test
    void everyVersionIsShownWithItsShareAndFigures() {
        Result result = shell.run("bascule:traffic");
        fits(result);
        String all = result.output();
        assertTrue(result.lines().get(1).matches("trend-anom.* +1.2.0 +90 % +1000 +0 +350 us +- .*"), all);
        assertTrue(result.lines().get(2).matches("trend-anom.* +1.3.0 +10 % +1000 +3 +1.3 ms +- .*"), all);
        assertTrue(result.lines().get(4).matches("fir +2.0.0 +shadow +1000 +0 +- +7/500 .*"), all);
        assertTrue(all.contains("trend-anomaly is paused; 'bascule:resume trend-anomaly'"), all);
    }

    @Test
    void oneModuleIsShownWithStagesAndLastFaults() {
        Result result = shell.run("bascule:traffic trend-anomaly");
        fits(result);
        assertTrue(result.output().contains("Rule     weighted 1.2=90 1.3=10 (configured)"), result.output());
        assertTrue(result.output().contains("Stages   line1/clean, line2/clean"), result.output());
        assertTrue(result.output().contains("! 1.3.0: trap: unreachable"), result.output());
        assertTrue(shell.run("bascule:traffic unknown").output().contains("Rule     latest"));
    }

    @Test
    void programsGetEverything() {
        JsonArray list = JsonParser.parseString(
                        shell.run("bascule:traffic --json").output())
                .getAsJsonArray();
        JsonObject second =
                list.get(0).getAsJsonObject().getAsJsonArray("versions").get(1).getAsJsonObject();
        assertEquals("10 %", second.get("share").getAsString());
        assertEquals(1_250_000, second.get("p95Nanos").getAsLong());
        assertEquals(4, second.get("deadlineMisses").getAsLong());
    }

    @Test
    void sharesFollowTheRule() {
        Map<String, List<String>> expected = Map.of(
                "latest", List.of("0 %", "100 %"),
                "all 1.0", List.of("100 %", "0 %"),
                "round-robin 1.0.0 2.0.0", List.of("50 %", "50 %"),
                "by-channel 1.0.0=30 2.0.0=70", List.of("30 %", "70 %"));
        expected.forEach((rule, shares) -> {
            router.traffic.clear();
            router.add(
                    "fir",
                    Route.of(TrafficRule.parse(rule)),
                    false,
                    FakeRouter.version("1.0.0", 0, 0, 0, 0),
                    FakeRouter.version("2.0.0", 0, 0, 0, 0));
            assertEquals(shares, shares(), rule);
        });
        router.traffic.clear();
        router.add(
                "fir",
                new Route(TrafficRule.parse("all 2.0.0"), Set.of("1.0.0"), Optional.empty(), Duration.ZERO),
                false,
                FakeRouter.version("1.0.0", 0, 0, 0, 0),
                FakeRouter.version("2.0.0", 0, 0, 0, 0));
        assertEquals(List.of("standby", "100 %"), shares());
    }

    private List<String> shares() {
        JsonArray versions = JsonParser.parseString(
                        shell.run("bascule:traffic --json fir").output())
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("versions");
        return List.of(
                versions.get(0).getAsJsonObject().get("share").getAsString(),
                versions.get(1).getAsJsonObject().get("share").getAsString());
    }

    @Test
    void aRuleIsWrittenToTheConfigurationBesideTheOthers() {
        configurations.put(PID, Map.of("fir", "latest", "felix.fileinstall.filename", "file:/etc/x.cfg"));
        Result result = shell.run("bascule:traffic trend-anomaly weighted 1.2.0=80 1.3.0=20");
        assertEquals(List.of("trend-anomaly: weighted 1.2.0=80 1.3.0=20"), result.lines(), result.error());
        assertEquals("weighted 1.2.0=80 1.3.0=20", configurations.stored(PID).get("trend-anomaly"));
        assertEquals("latest", configurations.stored(PID).get("fir"));
        assertTrue(shell.run("bascule:traffic --clear fir").isOk());
        assertEquals(
                Set.of("trend-anomaly", "felix.fileinstall.filename"),
                Set.copyOf(configurations.stored(PID).keySet()));
    }

    @Test
    void aRuleThatIsWrongOrNamesWhatIsNotThereIsSaid() {
        assertTrue(
                shell.run("bascule:traffic fir weighted 1.0.0=90").error().contains("expected 2 to 4 different ones"));
        assertTrue(shell.run("bascule:traffic fir most 1.0.0").error().contains("expected it to begin with latest"));
        assertTrue(shell.run("bascule:traffic Fir latest").error().contains("module name 'Fir' is not valid"));
        assertTrue(shell.run("bascule:traffic --clear").error().startsWith("Name the module"));
        assertTrue(shell.run("bascule:traffic --clear fir latest").error().startsWith("Name the module"));
        assertTrue(shell.run("bascule:traffic --clear fir").error().contains("no traffic rule of its own"));
        Result result = shell.run("bascule:traffic fir 'all 3.0.0'");
        assertTrue(result.isOk(), result.error());
        assertTrue(result.output().contains("No stage has version 3.0.0 now"), result.output());
        assertTrue(result.output().contains("make the file etc/" + PID + ".cfg"), result.output());
        configurations.setBroken(true);
        assertTrue(!shell.run("bascule:traffic fir latest").isOk());
    }

    @Test
    void moduleVersionsAreFoundByNameAndRange() {
        Result all = shell.run("bascule:service-list");
        fits(all);
        assertTrue(
                all.lines().get(1).matches("trend-anomaly +1.2.0 +READY +processor +90 % +2 +1000 +0"), all.output());
        assertTrue(all.lines().get(2).matches("stranger +1.2.0 +UNRESOLVED +processor +- .*"), all.output());
        assertTrue(all.output().contains("! stranger 1.2.0: host interface 'teleport' is missing"), all.output());
        assertEquals(
                2, shell.run("bascule:service-list 'trend-*' '[1.0,2)'").lines().size());
        assertTrue(shell.run("bascule:service-list trend-anomaly '[1.3,2)'")
                .output()
                .startsWith("No module"));
        assertTrue(shell.run("bascule:service-list trend-anomaly new").error().contains("is no version range"));
        JsonObject json = JsonParser.parseString(
                        shell.run("bascule:service-list --json trend-anomaly").output())
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        assertEquals("processor", json.get("offers").getAsString());
        assertEquals(350_000, json.get("p95Nanos").getAsLong());
        assertEquals(2, json.getAsJsonArray("stages").size());
    }

    @Test
    void withoutARouterVersionsAreListedAndTrafficSaysWhereToLook() {
        try (ShellHarness without = new ShellHarness(modules)) {
            assertTrue(without.run("bascule:service-list").output().contains("READY"));
            assertTrue(without.run("bascule:traffic").error().contains("bundle:diag io.bascule.core.flow"));
        }
    }
}
