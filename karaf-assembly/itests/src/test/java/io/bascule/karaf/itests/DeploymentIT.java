/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static io.bascule.karaf.itests.DeploymentRig.line;
import static io.bascule.karaf.itests.MortalGateway.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bascule.api.module.ModuleKind;
import io.bascule.testkit.fixture.Flavour;
import io.bascule.testkit.fixture.ModuleFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Deployments on the distribution, through its shell and its folder, the same for native and for WASM modules. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class DeploymentIT {

    private DeploymentRig rig;

    @BeforeAll
    void boot() throws IOException, InterruptedException {
        rig = new DeploymentRig();
    }

    @AfterAll
    void close() {
        if (rig != null) {
            rig.close();
        }
    }

    private MortalGateway gateway() {
        return rig.gateway;
    }

    /** Also not for the moment in which it starts and has no configuration yet. */
    @Test
    void theWebServerListensOnTheLoopbackInterfaceOnlyFromItsFirstMomentOn() throws IOException {
        List<String> started = gateway().log().stream()
                .filter(line -> line.contains("Started ServerConnector"))
                .toList();
        assertFalse(started.isEmpty());
        for (String line : started) {
            assertTrue(line.contains("{127.0.0.1:"), line);
        }
    }

    @ParameterizedTest
    @EnumSource(ModuleKind.class)
    void anUpdateIsCommittedWithTheDigestThatRunsAndLosesNothing(ModuleKind kind)
            throws IOException, InterruptedException {
        int before = rig.generation();
        String version = rig.nextVersion();
        Path manifest = rig.trial(kind, version, Flavour.NEXT, 1);
        Path file = rig.file(kind, version, Flavour.NEXT);
        String said = rig.deploy(manifest, "");
        assertTrue(said.contains("sha256 " + KillOperation.Maker.digest(file)), said);
        assertTrue(said.contains("Generation " + (before + 1) + " is current"), said);
        assertEquals(before + 1, rig.generation());
        rig.assertAlone(kind, version);
        rig.awaitData(kind);
        assertEquals(0, rig.counter(kind, "readingsDropped"));
        assertEquals(0, rig.counter(kind, "faults"));
        JsonObject entry = rig.lastEntry();
        assertEquals("committed", text(entry, "outcome"), entry.toString());
        assertEquals("operator:admin", text(entry, "who"), entry.toString());
        assertTrue(entry.toString().contains(KillOperation.Maker.digest(file)), entry.toString());
    }

    @ParameterizedTest
    @EnumSource(ModuleKind.class)
    void aPreviewChangesNothing(ModuleKind kind) throws IOException {
        JsonObject before = rig.current();
        Set<String> artefacts = new StoreOnDisk(gateway().home()).artefacts();
        String said = gateway().ok("bascule:deploy --preview " + rig.file(kind, rig.nextVersion(), Flavour.NEXT));
        assertTrue(said.contains(line(kind)) && said.contains("nothing was changed"), said);
        String refused = gateway()
                .refused("bascule:deploy --preview " + rig.file(kind, rig.nextVersion(), Flavour.DOES_NOT_RESOLVE));
        assertTrue(refused.contains(line(kind)) && refused.contains("does not resolve"), refused);
        assertEquals(before, rig.current());
        assertEquals(1, rig.versions(line(kind)).size());
        assertEquals(artefacts, new StoreOnDisk(gateway().home()).artefacts());
    }

    @ParameterizedTest
    @EnumSource(ModuleKind.class)
    void aCanaryGetsItsShareStepByStepAndThenEverything(ModuleKind kind) throws IOException, InterruptedException {
        String old = rig.committedVersion(kind);
        String version = rig.nextVersion();
        long id = rig.submit(rig.trial(kind, version, Flavour.NEXT, 1), "--canary 10,50 --canary-step 4s");
        gateway().await("the first share", () -> hasShare(kind, version, "10 %"));
        assertTrue(hasShare(kind, old, "90 %"), rig.versions(line(kind)).toString());
        gateway().await("the second share", () -> hasShare(kind, version, "50 %"));
        assertTrue(hasShare(kind, old, "50 %"), rig.versions(line(kind)).toString());
        List<JsonObject> found = gateway().list("bascule:service-list --json " + line(kind) + " '[" + version + ",3)'");
        assertEquals(1, found.size(), found.toString());
        JsonObject canary = found.get(0);
        assertEquals(version, text(canary, "version"));
        assertEquals("processor", text(canary, "offers"));
        assertTrue(canary.getAsJsonArray("stages").toString().contains(line(kind)), canary.toString());
        gateway().await("calls of the canary", () -> rig.versions(line(kind)).stream()
                .anyMatch(each -> text(each, "version").equals(version)
                        && each.get("calls").getAsLong() > 0));
        assertEquals(
                "committed",
                text(rig.awaitEnd(id), "outcome"),
                rig.deployment(id).toString());
        rig.assertAlone(kind, version);
        assertEquals(0, rig.counter(kind, "readingsDropped"));
    }

    private boolean hasShare(ModuleKind kind, String version, String share) {
        return rig.versions(line(kind)).stream()
                .anyMatch(each -> text(each, "version").equals(version)
                        && text(each, "share").equals(share));
    }

    @ParameterizedTest
    @EnumSource(ModuleKind.class)
    void aRollbackBringsBackWhatAGenerationHeld(ModuleKind kind) throws IOException, InterruptedException {
        Optional<JsonObject> old = rig.committed(line(kind));
        int goal = rig.generation();
        String between = rig.nextVersion();
        rig.deploy(rig.file(kind, between, Flavour.NEXT), "--trial 0s");
        rig.assertAlone(kind, between);
        String said = gateway().ok("bascule:rollback " + goal);
        assertTrue(said.contains("is current"), said);
        assertEquals(old, rig.committed(line(kind)));
        rig.assertAlone(kind, text(old.orElseThrow(), "version"));
        rig.awaitData(kind);
        assertEquals(0, rig.counter(kind, "readingsDropped"));
        assertTrue(text(rig.lastEntry(), "name").contains("rollback to generation " + goal), "" + rig.lastEntry());
        String none = gateway().refused("bascule:rollback 9999");
        assertTrue(none.contains("9999") && none.contains("" + goal), none);
    }

    @ParameterizedTest
    @EnumSource(ModuleKind.class)
    void aPausedModuleKeepsItsPlaceAndWhatCameMeanwhile(ModuleKind kind) throws IOException, InterruptedException {
        gateway().ok("bascule:pause " + line(kind));
        gateway().await("the pause", () -> text(rig.versions(line(kind)).get(0), "state")
                .equals("PAUSED"));
        gateway().await("input that waits", () -> rig.counter(kind, "queued") > 20);
        long out = rig.counter(kind, "readingsOut");
        gateway().await("more input", () -> rig.counter(kind, "queued") > 40);
        assertEquals(out, rig.counter(kind, "readingsOut"));
        gateway().ok("bascule:resume " + line(kind));
        rig.awaitData(kind);
        gateway().await("the queue is worked off", () -> rig.counter(kind, "queued") < 5);
        assertEquals("READY", text(rig.versions(line(kind)).get(0), "state"));
        assertEquals(0, rig.counter(kind, "readingsDropped"));
        assertTrue(gateway().refused("bascule:pause nobody").contains("nobody"));
    }

    @ParameterizedTest
    @EnumSource(ModuleKind.class)
    void whatIsManagedIsNotChangedPastDeployments(ModuleKind kind) throws IOException, InterruptedException {
        String version = rig.committedVersion(kind);
        String bundle = text(rig.versions(line(kind)).get(0), "bundle");
        for (String command :
                List.of("bascule:module-update " + line(kind), "bascule:module-uninstall " + line(kind))) {
            String refused = gateway().refused(command);
            assertTrue(refused.contains("deploy"), command + ": " + refused);
        }
        // Karaf's command keeps the reason to itself; the log has it.
        gateway().refused("bundle:update " + bundle);
        String reason = "module '" + line(kind) + "' is managed by deployments";
        assertTrue(
                gateway().log().stream().anyMatch(l -> l.contains(reason)),
                gateway().logTail());
        Path other = rig.file(kind, "9.0.0", Flavour.GOOD);
        String url = (kind == ModuleKind.WASM ? "wasm:" : "") + other.toUri();
        // The framework's own commands cannot be refused: what they did is put right.
        for (String command : List.of("bundle:update " + bundle + " " + url, "bundle:uninstall " + bundle)) {
            gateway().shell(command);
            gateway().await("put right after " + command, () -> isAlone(kind, version));
            rig.awaitData(kind);
            bundle = text(rig.versions(line(kind)).get(0), "bundle");
        }
    }

    private boolean isAlone(ModuleKind kind, String version) {
        List<JsonObject> versions = rig.versions(line(kind));
        return versions.size() == 1
                && text(versions.get(0), "version").equals(version)
                && text(versions.get(0), "state").equals("READY");
    }

    @ParameterizedTest
    @EnumSource(ModuleKind.class)
    void theDeployFolderGoesTheSameWay(ModuleKind kind) throws IOException, InterruptedException {
        String module = "folder-" + line(kind);
        String ending = kind == ModuleKind.NATIVE ? ".jar" : ".wasm";
        String path = "deploy/" + module + ending;
        gateway().put(path, ModuleFixture.bytes(kind, module, "1.0.0", Flavour.GOOD));
        gateway().await("the module", () -> rig.committed(module).isPresent());
        gateway().put(path, ModuleFixture.bytes(kind, module, "1.1.0", Flavour.FAILS_SELF_TEST));
        touch(path);
        gateway().await("the refusal", () -> text(rig.lastEntry(), "outcome").equals("failed"));
        JsonObject entry = rig.lastEntry();
        assertTrue(text(entry, "reason").contains("self-test"), entry.toString());
        assertEquals("operator:deploy-folder", text(entry, "who"), entry.toString());
        assertEquals("1.0.0", text(rig.committed(module).orElseThrow(), "version"));
        gateway().await("an alert", () -> gateway().list("bascule:alert-list --json").stream()
                .anyMatch(alert -> text(alert, "text").contains(module + ending)
                        && text(alert, "text").contains("self-test")));
        gateway().put(path, ModuleFixture.bytes(kind, module, "1.2.0", Flavour.NEXT));
        touch(path);
        gateway().await("the next version", () -> rig.committed(module)
                .filter(each -> text(each, "version").equals("1.2.0"))
                .isPresent());
        Files.delete(gateway().home().resolve(path));
        gateway().await("the removal", () -> rig.committed(module).isEmpty());
        assertEquals(List.of(), rig.versions(module));
    }

    /** Files written within one second look alike to who looks at their times. */
    private void touch(String path) throws IOException {
        Files.setLastModifiedTime(
                gateway().home().resolve(path), FileTime.from(Instant.now().plusSeconds(2)));
    }

    @Test
    void aManifestBringsModulesConfigurationAndGrantsTogetherOrNotAtAll() throws IOException {
        String version = rig.nextVersion();
        int before = rig.generation();
        String wrong = "0".repeat(64);
        for (String digest : List.of(wrong, "")) {
            StringBuilder modules = new StringBuilder();
            for (ModuleKind kind : ModuleKind.values()) {
                Path file = rig.file(kind, version, Flavour.NEXT);
                String sha = digest.isEmpty() || kind == ModuleKind.NATIVE ? KillOperation.Maker.digest(file) : digest;
                modules.append(modules.isEmpty() ? "" : ",").append("""
                        {"name":"%s","version":"%s","url":"%s","sha256":"%s","size":%d,
                         "configuration":{"note":"week 47"},"grants":{"log":true}%s}""".formatted(
                                line(kind),
                                version,
                                file.getFileName(),
                                sha,
                                Files.size(file),
                                kind == ModuleKind.WASM ? ",\"requires\":{\"line-native\":\"[2,3)\"}" : ""));
            }
            Path manifest = rig.incoming().resolve("both.json");
            Files.write(
                    manifest,
                    ("{\"bascule\":\"deployment/1\",\"name\":\"both\",\"modules\":[" + modules
                                    + "],\"trial\":{\"seconds\":1}}")
                            .getBytes(StandardCharsets.UTF_8));
            if (digest.isEmpty()) {
                gateway().ok("bascule:deploy " + manifest);
            } else {
                String refused = gateway().refused("bascule:deploy " + manifest);
                assertTrue(
                        refused.contains("step verify")
                                && refused.contains("line-wasm")
                                && refused.contains("expected sha-256 " + wrong + ", got "),
                        refused);
                assertEquals(before, rig.generation());
            }
        }
        assertEquals(before + 1, rig.generation());
        for (ModuleKind kind : ModuleKind.values()) {
            assertEquals(version, rig.committedVersion(kind));
            String configuration = gateway().ok("config:property-list --pid " + line(kind));
            assertTrue(configuration.contains("note = week 47"), configuration);
            assertTrue(gateway().ok("bascule:grants --json " + line(kind)).contains("\"log\""));
        }
    }

    @Test
    void allProblemsOfAManifestAreToldAtOnce() throws IOException {
        Path manifest = rig.incoming().resolve("odd.json");
        Files.writeString(manifest, """
                {"bascule":"deployment/1","name":"odd","colour":"red","modules":[{"name":"a","sha256":"short"}]}""");
        String refused = gateway().refused("bascule:deploy " + manifest);
        assertTrue(refused.contains("colour") && refused.contains("sha256"), refused);
    }

    @ParameterizedTest
    @EnumSource(ModuleKind.class)
    void aCancelledDeploymentLeavesWhatRan(ModuleKind kind) throws IOException, InterruptedException {
        int before = rig.generation();
        String old = rig.committedVersion(kind);
        long id = rig.submit(rig.trial(kind, rig.nextVersion(), Flavour.NEXT, 600), "");
        gateway().await("the trial", () -> text(rig.deployment(id), "step").equals("trial"));
        gateway().ok("bascule:cancel " + id);
        JsonObject ended = rig.awaitEnd(id);
        assertEquals("cancelled", text(ended, "outcome"), ended.toString());
        assertTrue(
                text(ended, "reason").contains("admin") && text(ended, "reason").contains("trial"), "" + ended);
        assertEquals(before, rig.generation());
        rig.assertAlone(kind, old);
        rig.awaitData(kind);
        assertEquals(id, rig.lastEntry().get("id").getAsLong());
    }

    @Test
    void ofTwoDeploymentsTheSecondWaitsAndWhatIsTooManyIsRefused() throws IOException, InterruptedException {
        int before = rig.generation();
        String first = rig.nextVersion();
        String second = rig.nextVersion();
        long one = rig.submit(rig.trial(ModuleKind.NATIVE, first, Flavour.NEXT, 4), "");
        long two = rig.submit(rig.file(ModuleKind.NATIVE, second, Flavour.NEXT), "--trial 0s");
        assertEquals("", text(rig.deployment(two), "outcome"));
        Set<Long> waiting = new TreeSet<>();
        String refusal = "";
        long blocker = rig.submit(rig.trial(ModuleKind.WASM, rig.nextVersion(), Flavour.NEXT, 600), "");
        for (int i = 0; i < 20 && refusal.isEmpty(); i++) {
            Gateway.Answer answer = gateway().shell("bascule:deploy --no-wait --remove line-native");
            if (answer.code() == 0) {
                waiting.add(Long.parseLong(answer.output().replaceAll("(?s).*Deployment (\\d+):.*", "$1")));
            } else {
                refusal = answer.output();
            }
        }
        assertTrue(refusal.contains("wait already"), refusal);
        for (long id : waiting) {
            gateway().ok("bascule:cancel " + id);
        }
        assertEquals("committed", text(rig.awaitEnd(one), "outcome"), "" + rig.deployment(one));
        assertEquals("committed", text(rig.awaitEnd(two), "outcome"), "" + rig.deployment(two));
        gateway().ok("bascule:cancel " + blocker);
        for (long id : waiting) {
            assertEquals("cancelled", text(rig.awaitEnd(id), "outcome"), "" + rig.deployment(id));
        }
        assertEquals(before + 2, rig.generation());
        assertEquals(before + 1, rig.deployment(one).get("toGeneration").getAsInt());
        assertEquals(before + 1, rig.deployment(two).get("fromGeneration").getAsInt());
        rig.assertAlone(ModuleKind.NATIVE, second);
    }

    @Test
    void theServiceRegistryIsSearchedByNameAndVersionRange() throws IOException {
        assertEquals(2, gateway().list("bascule:service-list --json 'line-*'").size());
        assertEquals(List.of(), gateway().list("bascule:service-list --json 'line-*' '[90,91)'"));
        String table = gateway().ok("bascule:service-list line-wasm");
        assertTrue(table.contains("READY") && table.contains("processor") && table.contains("100 %"), table);
        assertTrue(gateway().refused("bascule:service-list line-wasm '[2'").contains("version range"));
    }

    private static boolean has(String text, String words) {
        return Pattern.compile(words, Pattern.DOTALL).matcher(text).find();
    }

    /**
     * What a flavour is, how it is deployed, in which step that ends, how, and words of the reason. A module tests itself before it
     * is ready, so the stage does not end with one that fails its test; one that eats memory gets slow before it fails.
     */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = ';',
            nullValues = "-",
            value = {
                "NATIVE;DOES_NOT_RESOLVE;-;resolve;failed;does not resolve",
                "WASM;DOES_NOT_RESOLVE;-;resolve;failed;does not resolve",
                "NATIVE;THROWS_ON_START;-;stage;failed;this module throws as it starts",
                "WASM;THROWS_ON_START;-;stage;failed;FAULTED",
                "NATIVE;ENDLESS_START;-;stage;failed;did not end within 15000 ms",
                "WASM;ENDLESS_START;-;stage;failed;does not get ready",
                "NATIVE;FAILS_SELF_TEST;-;stage;failed;self-test .*expected a reading of 1, got one of 0",
                "WASM;FAILS_SELF_TEST;-;stage;failed;self-test .*answered -1",
                "NATIVE;REFUSES_STATE;-;switch;rolled-back;refused the state before it",
                "WASM;REFUSES_STATE;-;switch;rolled-back;refused the state before it",
                "NATIVE;STATE_FORMAT_NEXT;-;switch;rolled-back;state is of format 1",
                "WASM;STATE_FORMAT_NEXT;-;switch;rolled-back;refused the state before it",
                "NATIVE;TRAPS_LATER;-;trial;rolled-back;expected at most 0 failed calls, got",
                "WASM;TRAPS_LATER;-;trial;rolled-back;expected (at most 0 failed calls|state READY), got",
                "NATIVE;LEAKS;-;trial;rolled-back;expected (at most 0 failed calls|95 of 100 calls)",
                "WASM;LEAKS;-;trial;rolled-back;expected (at most 0 failed calls|state READY|95 of 100 calls)",
                "NATIVE;SLOW;-;trial;rolled-back;expected 95 of 100 calls within",
                "WASM;SLOW;-;trial;rolled-back;expected 95 of 100 calls within",
                "NATIVE;SILENT;-;trial;rolled-back;expected at least",
                "WASM;SILENT;-;trial;rolled-back;expected at least",
                "NATIVE;WRONG_OUTPUT;--canary 0 --canary-step 20s;switch;rolled-back;batches with other output",
                "WASM;WRONG_OUTPUT;--canary 0 --canary-step 20s;switch;rolled-back;batches with other output",
            })
    void aBrokenVersionFailsInItsStepWithAReasonAndWhatRanRunsOn(
            ModuleKind kind, Flavour flavour, String options, String step, String outcome, String words)
            throws IOException, InterruptedException {
        JsonObject before = rig.current();
        String old = rig.committedVersion(kind);
        String version = rig.nextVersion();
        rig.awaitData(kind);
        Path file = rig.file(kind, version, flavour);
        String said = gateway().refused("bascule:deploy " + (options == null ? "" : options) + " " + file);
        assertTrue(said.contains("step " + step) && said.contains(line(kind)) && has(said, words), said);
        assertTrue(said.contains(line(kind) + " " + old + " runs on"), said);
        JsonObject entry = rig.lastEntry();
        assertEquals(outcome, text(entry, "outcome"), entry.toString());
        assertEquals(step, text(entry, "step"), entry.toString());
        assertTrue(has(text(entry, "reason"), words), entry.toString());
        assertFalse(text(entry, "reason").contains("on the way back"), entry.toString());
        assertTrue(entry.toString().contains(version), entry.toString());
        String info = gateway().ok("bascule:deployment-info --json " + text(entry, "id"));
        assertTrue(info.contains(step) && info.contains(outcome), info);
        assertEquals(before, rig.current());
        rig.assertAlone(kind, old);
        rig.awaitData(kind);
        assertEquals(List.of(), new StoreOnDisk(gateway().home()).leftovers());
    }

    @ParameterizedTest
    @EnumSource(ModuleKind.class)
    void aModuleThatOwnsSomethingStopsFirstAndItsInputWaits(ModuleKind kind) throws IOException, InterruptedException {
        int before = rig.generation();
        for (int i = 0; i < 2; i++) {
            String version = rig.nextVersion();
            rig.deploy(rig.trial(kind, version, Flavour.STOP_FIRST, 1), "");
            rig.assertAlone(kind, version);
            rig.awaitData(kind);
        }
        gateway().ok("bascule:rollback " + before);
        assertEquals(0, rig.counter(kind, "readingsDropped"));
    }
}
