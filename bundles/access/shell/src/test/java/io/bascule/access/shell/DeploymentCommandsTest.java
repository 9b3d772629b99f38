/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.access.shell.ShellHarness.Result;
import io.bascule.api.module.deployment.CanaryStep;
import io.bascule.api.module.deployment.Deployment;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Preview;
import io.bascule.api.module.deployment.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeploymentCommandsTest {

    private final FakeDeployments deployments = new FakeDeployments();
    private final ShellHarness shell = new ShellHarness(deployments);

    @TempDir
    Path folder;

    @BeforeEach
    void commit() {
        deployments.script.add(FakeDeployments.deployment(Step.COMMIT, "", Optional.of(Outcome.COMMITTED), "", 8));
    }

    @AfterEach
    void close() {
        assertFalse(Thread.interrupted() && !deployments.isInterrupted, "a command left an interrupt behind");
        shell.close();
    }

    private void ending(Outcome outcome, Step step, String reason) {
        deployments.script.clear();
        deployments.script.add(FakeDeployments.running(step, ""));
        deployments.script.add(FakeDeployments.deployment(step, "", Optional.of(outcome), reason, 0));
    }

    private static void fits(Result result) {
        assertTrue(result.isOk(), result.error());
        result.lines().forEach(line -> assertTrue(line.length() <= Table.LINE_WIDTH, line));
    }

    @Test
    void aFileIsDeployedAndFollowedToItsEnd() throws IOException {
        Path file = Files.write(folder.resolve("trend.wasm"), new byte[] {1});
        deployments.script.addFirst(FakeDeployments.running(Step.TRIAL, "30 s left"));
        deployments.script.addFirst(FakeDeployments.running(Step.SELF_TEST, ""));
        deployments.script.addFirst(FakeDeployments.running(Step.SELF_TEST, ""));
        deployments.script.addFirst(FakeDeployments.running(Step.VERIFY, "fetching"));
        Result result = shell.run("bascule:deploy " + file);
        fits(result);
        assertEquals(
                List.of(
                        "Deployment 12: trend.wasm",
                        "  verify: fetching",
                        "  self-test",
                        "  trial: 30 s left",
                        "Generation 8 is current (deployment 12).",
                        "  trend-anomaly 1.2.0 -> 1.3.0",
                        "  sha256 " + FakeDeployments.DIGEST),
                result.lines());
        assertEquals(List.of("submit operator:ada"), deployments.calls);
        assertEquals(
                List.of(ModuleChange.Put.from(file.toUri().toString())),
                deployments.plans.get(0).changes());
    }

    @Test
    void aFailureSaysStepModuleReasonAndWhatRunsOn() {
        ending(
                Outcome.ROLLED_BACK,
                Step.TRIAL,
                "trend-anomaly 1.3.0: expected at most 0 faults, got 3 (division by zero).");
        Result result = shell.run("bascule:deploy https://example.com/trend.wasm");
        assertEquals(
                "Deployment 12 'trend.wasm' was rolled back in step trial: trend-anomaly 1.3.0: expected at most 0"
                        + " faults, got 3 (division by zero). trend-anomaly 1.2.0 runs on, generation 7 is current.",
                result.error());
        ending(Outcome.FAILED, Step.SELF_TEST, "trend-anomaly 1.3.0: self-test answered 3, expected 0");
        assertTrue(shell.run("bascule:deploy https://example.com/trend.wasm")
                .error()
                .contains("failed in step self-test:"));
        ending(Outcome.CANCELLED, Step.STAGE, "");
        assertTrue(shell.run("bascule:rollback").error().contains("was cancelled in step stage. trend-anomaly 1.2.0"));
    }

    @Test
    void nothingDifferentIsNoNewGeneration() {
        deployments.script.clear();
        deployments.script.add(FakeDeployments.deployment(Step.COMMIT, "", Optional.of(Outcome.COMMITTED), "", 7));
        assertTrue(shell.run("bascule:deploy https://example.com/trend.wasm")
                .output()
                .contains("Nothing was different; generation 7 is current."));
    }

    @Test
    void controlCEndsTheFollowingAndSaysThatTheDeploymentGoesOn() {
        deployments.isInterrupted = true;
        Result result = shell.run("bascule:deploy https://example.com/trend.wasm");
        assertTrue(Thread.interrupted(), "the interrupt is kept for the shell");
        assertTrue(result.output().contains("Deployment 12 goes on; 'bascule:deployment-info 12'"), result.output());
        assertEquals(List.of("submit operator:ada"), deployments.calls);
    }

    @Test
    void canaryTrialAndNameReachThePlan() {
        Result result =
                shell.run("bascule:deploy --no-wait --canary 0,10,50 --canary-step 2m --trial 5m --name 'week 47' "
                        + "mvn:com.example/fir/2.0");
        assertEquals(List.of("Deployment 12: week 47"), result.lines(), result.error());
        DeploymentPlan plan = deployments.plans.get(0);
        assertEquals(
                List.of(
                        new CanaryStep(0, Duration.ofMinutes(2)),
                        new CanaryStep(10, Duration.ofMinutes(2)),
                        new CanaryStep(50, Duration.ofMinutes(2))),
                plan.canary());
        assertEquals(Duration.ofMinutes(5), plan.trial().duration());
    }

    @Test
    void wrongOptionsAreNamed() {
        assertTrue(shell.run("bascule:deploy --canary 10,x mvn:a/b/1").error().contains("'x' is no share"));
        assertTrue(shell.run("bascule:deploy --canary 100 mvn:a/b/1").error().contains("'100' is no share"));
        assertTrue(shell.run("bascule:deploy --trial soon mvn:a/b/1").error().contains("'soon' is no time"));
        assertTrue(shell.run("bascule:deploy --trial 999h mvn:a/b/1").error().contains("is not valid; expected 0 to"));
        assertTrue(shell.run("bascule:deploy").error().startsWith("Say what to deploy"));
        assertTrue(shell.run("bascule:deploy --remove a b").error().startsWith("Say what to deploy"));
        String missing = shell.run("bascule:deploy nowhere.wasm").error();
        assertTrue(missing.contains("'nowhere.wasm' is not there: expected a URL or a file, looked for /"), missing);
        assertTrue(shell.run("bascule:deploy file:/full.wasm").error().contains("wait until one has ended"));
        assertTrue(deployments.plans.isEmpty());
    }

    @Test
    void aManifestIsReadByTheManagerWithItsPlace() throws IOException {
        Path file = Files.writeString(folder.resolve("line1.json"), "{good}");
        assertTrue(shell.run("bascule:deploy --no-wait " + file).isOk());
        assertEquals("readManifest {good} line1.json", deployments.calls.get(0));
        Files.writeString(file, "{bad}");
        String error = shell.run("bascule:deploy --preview " + file).error();
        assertTrue(error.contains("it has 2 problems:\n  /a: b\n  /c: d"), error);
        assertTrue(shell.run("bascule:deploy file:/no/where.json")
                .error()
                .contains("manifest file:/no/where.json cannot be read"));
    }

    @Test
    void aModuleIsRemovedByADeploymentToo() {
        assertTrue(shell.run("bascule:deploy --remove trend-anomaly").isOk());
        assertEquals(
                List.of(new ModuleChange.Remove("trend-anomaly")),
                deployments.plans.get(0).changes());
    }

    @Test
    void aPreviewChangesNothingAndFailsWhenTheDeploymentWould() {
        deployments.preview = new Preview(
                List.of(new ModuleStep("fir", "", "2.0.0", FakeDeployments.DIGEST)),
                List.of("org.acme 1.0.0"),
                List.of());
        Result result = shell.run("bascule:deploy --preview mvn:a/b/1");
        fits(result);
        assertTrue(result.lines().get(1).matches("fir +- +2.0.0 +0123456789ab"), result.output());
        assertTrue(result.output().contains("Would be restarted too: org.acme 1.0.0"), result.output());
        assertTrue(result.output().contains("nothing was changed"), result.output());
        deployments.preview = new Preview(List.of(), List.of(), List.of("fir: asks for io"));
        result = shell.run("bascule:deploy --preview mvn:a/b/1");
        assertEquals("The deployment would fail: 1 problem.", result.error());
        assertTrue(result.output().contains("! fir: asks for io"), result.output());
        assertTrue(deployments.calls.isEmpty());
    }

    @Test
    void theDeploymentsAreListedForPeopleAndPrograms() {
        assertTrue(shell.run("bascule:deployments").output().contains("bascule:deploy --help"));
        deployments.deployments.add(copy(14, FakeDeployments.running(Step.VERIFY, "waits")));
        deployments.deployments.add(copy(13, FakeDeployments.running(Step.SELF_TEST, "")));
        deployments.deployments.add(
                FakeDeployments.deployment(Step.TRIAL, "", Optional.of(Outcome.ROLLED_BACK), "3 faults", 0));
        Result result = shell.run("bascule:deployments");
        fits(result);
        assertTrue(result.lines().get(1).matches("14 .* waiting +verify +7 > -"), result.output());
        assertTrue(result.lines().get(2).matches("13 .* running +self-test +7 > -"), result.output());
        assertTrue(result.lines().get(3).matches("12 .* rolled-back +trial +7 > -"), result.output());
        JsonArray list = JsonParser.parseString(
                        shell.run("bascule:deployments --json").output())
                .getAsJsonArray();
        assertTrue(list.get(0).getAsJsonObject().get("outcome").isJsonNull());
        assertEquals("3 faults", list.get(2).getAsJsonObject().get("reason").getAsString());
    }

    private static Deployment copy(long id, Deployment d) {
        return new Deployment(
                id,
                "a name that is so long that it cannot fit beside the others",
                d.who(),
                d.submitted(),
                d.step(),
                d.progress(),
                d.modules(),
                d.outcome(),
                d.reason(),
                d.fromGeneration(),
                d.toGeneration());
    }

    @Test
    void theInfoShowsADeploymentAlsoWhenOnlyTheHistoryKnowsIt() {
        deployments.deployments.add(FakeDeployments.running(Step.TRIAL, "12 s left"));
        deployments.history.add(FakeDeployments.entry(3, Outcome.ROLLED_BACK, "fir 2.0.0: 3 faults"));
        String open = shell.run("bascule:deployment-info 12").output();
        assertTrue(open.matches("(?s).*Progress +12 s left.*trend-anomaly +1.2.0 +1.3.0 +0123456789ab.*"), open);
        Result old = shell.run("bascule:deployment-info 3");
        fits(old);
        assertTrue(old.output().matches("(?s).*State +rolled-back.*Reason +fir 2.0.0: 3 faults.*"), old.output());
        JsonObject json = JsonParser.parseString(
                        shell.run("bascule:deployment-info --json 3").output())
                .getAsJsonObject();
        assertEquals(
                FakeDeployments.DIGEST,
                json.getAsJsonArray("modules")
                        .get(0)
                        .getAsJsonObject()
                        .get("digest")
                        .getAsString());
        assertTrue(shell.run("bascule:deployment-info 99").error().startsWith("There is no deployment 99; "));
    }

    @Test
    void aDeploymentIsCancelledUnderTheNameOfThePerson() {
        assertTrue(shell.run("bascule:cancel 12").isOk());
        assertEquals(List.of("cancel 12 operator:ada"), deployments.calls);
        assertTrue(shell.run("bascule:cancel 11").error().contains("has ended already"));
        assertEquals("there is no deployment 99", shell.run("bascule:cancel 99").error());
    }

    @Test
    void theGenerationsShowTheCurrentOneAndTheirModules() {
        assertTrue(shell.run("bascule:generations").output().contains("No generation yet"));
        deployments.generations.add(FakeDeployments.generation(8));
        deployments.generations.add(FakeDeployments.generation(7));
        Result list = shell.run("bascule:generations");
        fits(list);
        assertTrue(
                list.lines().get(1).matches(" +8  \\*  2026-01-31 12:00:00 +1  operator:ada +week 8"), list.output());
        assertTrue(list.lines().get(2).matches(" +7 +2026-01-31 .*"), list.output());
        Result one = shell.run("bascule:generations 7");
        fits(one);
        assertTrue(
                one.lines().get(1).matches("trend-anomaly +1.2.0 +wasm +47 KiB +0123456789ab  file:.*"), one.output());
        JsonArray json = JsonParser.parseString(
                        shell.run("bascule:generations --json").output())
                .getAsJsonArray();
        assertTrue(json.get(0).getAsJsonObject().get("current").getAsBoolean());
        assertTrue(json.toString().contains("\"capability\":\"channel-read\""), json.toString());
        assertTrue(shell.run("bascule:generations 5").error().contains("Generation 5 is not retained"));
    }

    @Test
    void aRollbackIsADeploymentThatIsFollowed() {
        Result result = shell.run("bascule:rollback 6");
        assertEquals("Deployment 12: back to generation 6", result.lines().get(0), result.error());
        assertTrue(result.output().contains("Generation 8 is current"), result.output());
        assertEquals(
                List.of("Deployment 12: back to the generation before"),
                shell.run("bascule:rollback --no-wait").lines());
        assertEquals(List.of("rollback 6 operator:ada", "rollback 0 operator:ada"), deployments.calls);
        assertTrue(shell.run("bascule:rollback 99").error().contains("expected one of 6, 7"));
    }

    @Test
    void theHistoryIsShownLimitedAndExportedWhole() throws IOException {
        assertTrue(shell.run("bascule:history").output().contains("No deployment has ended yet"));
        deployments.history.add(FakeDeployments.entry(3, Outcome.ROLLED_BACK, "fir 2.0.0: 3 faults"));
        deployments.history.add(FakeDeployments.entry(2, Outcome.COMMITTED, ""));
        Result result = shell.run("bascule:history");
        fits(result);
        assertTrue(
                result.lines().get(1).matches(" ?3  2026-01-31 12:00:40  rolled-back  3 > - .*week 47"),
                result.output());
        assertTrue(result.output().contains("2 had to be rolled back so far"), result.output());
        assertEquals(
                1,
                JsonParser.parseString(
                                shell.run("bascule:history --limit 1 --json").output())
                        .getAsJsonArray()
                        .size());
        assertEquals(
                "[{\"deployment\":1}]",
                shell.run("bascule:history --export -").output().strip());
        Path file = folder.resolve("history.json");
        assertTrue(shell.run("bascule:history --export " + file).isOk());
        assertEquals("[{\"deployment\":1}]", Files.readString(file));
        assertTrue(shell.run("bascule:history --export " + file).error().contains("exists already"));
        assertTrue(shell.run("bascule:history --limit 0").error().contains("expected 1 and up"));
    }

    @Test
    void aModuleIsPausedAndGoesOn() {
        assertTrue(shell.run("bascule:pause trend-anomaly").output().contains("bascule:resume trend-anomaly"));
        assertTrue(shell.run("bascule:resume trend-anomaly").isOk());
        assertEquals(List.of("pause trend-anomaly", "resume trend-anomaly"), deployments.calls);
        assertEquals(
                "there is no module 'nobody'", shell.run("bascule:pause nobody").error());
    }

    @Test
    void withoutADeploymentManagerTheErrorNamesTheBundleToLookAt() {
        try (ShellHarness empty = new ShellHarness()) {
            assertTrue(empty.run("bascule:deployments").error().contains("bundle:diag io.bascule.core.lifecycle"));
        }
    }
}
