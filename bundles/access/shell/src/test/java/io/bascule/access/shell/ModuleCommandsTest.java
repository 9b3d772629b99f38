/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.bascule.access.shell.ShellHarness.Result;
import io.bascule.api.module.ModuleState;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.NamePattern;
import io.bascule.testkit.FakeChannelRegistry;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModuleCommandsTest {

    private final FakeModules modules = new FakeModules();
    private final FakeGrants grants = new FakeGrants();
    private final ShellHarness shell = new ShellHarness(modules, grants, new FakeChannelRegistry());

    @BeforeEach
    void installTwo() {
        modules.add(
                101,
                "trend-anomaly",
                ModuleState.READY,
                "",
                Set.of(Capability.EMIT, Capability.CHANNEL_READ),
                "{\"type\":\"object\"}");
        modules.add(
                102,
                "stranger",
                ModuleState.UNRESOLVED,
                "host interface 'teleport' version [1.0,2) is needed; this gateway offers clock, emit, log",
                Set.of(),
                "");
        grants.list.add(new Grant("*", Capability.EMIT, List.of()));
    }

    @AfterEach
    void close() {
        shell.close();
    }

    @Test
    void theListShowsEveryModuleAndFitsTheTerminal() {
        Result result = shell.run("bascule:module-list");
        assertTrue(result.isOk(), result.error());
        assertEquals(3, result.lines().size(), result.output());
        assertTrue(result.lines().get(1).contains("trend-anomaly"), result.output());
        assertTrue(result.lines().get(2).contains("UNRESOLVED"), result.output());
        for (String line : result.lines()) {
            assertTrue(line.length() <= Table.LINE_WIDTH, line);
        }
    }

    @Test
    void theListCanBeReadByPrograms() {
        JsonArray list = JsonParser.parseString(
                        shell.run("bascule:module-list --json").output())
                .getAsJsonArray();
        assertEquals(2, list.size());
        assertEquals("READY", list.get(0).getAsJsonObject().get("state").getAsString());
        assertEquals(1234, list.get(0).getAsJsonObject().get("calls").getAsLong());
    }

    @Test
    void anEmptyListSaysWhatToDo() {
        modules.entries.clear();
        assertTrue(shell.run("bascule:module-list").output().contains("deploy/"));
    }

    @Test
    void theInfoTellsGrantedFromMissingCapabilities() {
        grants.list.add(new Grant("other", Capability.CHANNEL_READ, List.of(NamePattern.of("a/*"))));
        String output = shell.run("bascule:module-info trend-anomaly").output();
        assertTrue(output.matches("(?s).*emit +yes.*"), output);
        assertTrue(output.matches("(?s).*channel-read +missing: bascule:grant trend-anomaly channel-read.*"), output);
        assertTrue(output.contains("1234 (5 faults, 6 restarts, 7.500 s busy)"), output);
        assertTrue(output.contains("it divided by zero"), output);
        assertTrue(output.contains("--schema"), output);
    }

    @Test
    void theInfoOfAnUnresolvedModuleSaysWhichInterfaceIsMissingAndWhatIsOffered() {
        String output = shell.run("bascule:module-info 102").output();
        assertTrue(output.contains("'teleport' version [1.0,2) is needed"), output);
        assertTrue(output.contains("offers clock, emit, log"), output);
    }

    @Test
    void theSchemaIsPrintedAlone() {
        assertEquals(
                "{\"type\":\"object\"}",
                shell.run("bascule:module-info --schema trend-anomaly").output().trim());
    }

    @Test
    void anUnknownModuleIsAnErrorThatSaysWhereToLook() {
        Result result = shell.run("bascule:module-info nobody");
        assertEquals(
                "There is no module 'nobody'; 'bascule:module-list' shows those that are installed.", result.error());
    }

    @Test
    void installStartsTheModuleUnlessToldOtherwise() {
        Result result = shell.run("bascule:module-install file:/x/fresh.wasm");
        assertEquals(List.of("install file:/x/fresh.wasm", "start 200"), modules.calls);
        assertTrue(result.output().contains("fresh 1.2.0 (bundle 200), now READY"), result.output());
        modules.calls.clear();
        assertTrue(shell.run("bascule:module-install --no-start file:/x/fresh.wasm")
                .isOk());
        assertEquals(List.of("install file:/x/fresh.wasm"), modules.calls);
    }

    @Test
    void aRefusedModuleShowsTheReasonOfTheManagerAndNothingElse() {
        assertEquals(
                "'file:/broken' is not a module: expected a WebAssembly file. Check the address.",
                shell.run("bascule:module-install file:/broken").error());
    }

    @Test
    void startStopUpdateAndUninstallReachTheManager() {
        assertTrue(shell.run("bascule:module-stop trend-anomaly").output().contains("now INSTALLED"));
        assertTrue(shell.run("bascule:module-start trend-anomaly").output().contains("now READY"));
        assertTrue(
                shell.run("bascule:module-update trend-anomaly file:/new.wasm").isOk());
        assertTrue(shell.run("bascule:module-update trend-anomaly").isOk());
        assertTrue(shell.run("bascule:module-uninstall trend-anomaly").isOk());
        assertEquals(
                List.of(
                        "stop trend-anomaly",
                        "start trend-anomaly",
                        "update file:/new.wasm trend-anomaly",
                        "update trend-anomaly",
                        "uninstall trend-anomaly"),
                modules.calls);
        assertFalse(shell.run("bascule:module-info trend-anomaly").isOk());
    }

    @Test
    void aModuleThatADeploymentBroughtIsLeftToDeployments() {
        modules.manage();
        assertEquals(
                "trend-anomaly 1.2.0 came with a deployment, which keeps it as it is. Use 'bascule:deploy file:/new.wasm'."
                        + " 'bascule:rollback' returns to the generation before.",
                shell.run("bascule:module-update trend-anomaly file:/new.wasm").error());
        assertTrue(shell.run("bascule:module-update 101").error().contains("Use 'bascule:deploy URL'."));
        assertTrue(shell.run("bascule:module-uninstall 101")
                .error()
                .contains("Use 'bascule:deploy --remove trend-anomaly'."));
        assertTrue(modules.calls.isEmpty());
    }

    @Test
    void aCallRunsOnAnInstanceOfItsOwnAndClosesIt() {
        Result result = shell.run("bascule:module-call --start 2026-01-31T12:00:00Z --step 60 "
                + "--config '{\"threshold\":90}' trend-anomaly process 20 95");
        assertTrue(result.isOk(), result.error());
        assertTrue(result.output().contains("2026-01-31 12:00:00  shell/input = 40.0  good"), result.output());
        assertTrue(result.output().contains("2026-01-31 12:01:00  shell/input = 190.0  good"), result.output());
        assertTrue(result.output().contains("above 90"), result.output());
        assertTrue(result.output().contains("2 readings, 1 messages, 1 alerts"), result.output());
        assertFalse(result.output().contains("\u001b"), "a module must not steer the terminal");
        assertEquals("{\"threshold\":90}", modules.contexts.get(0).config());
        assertEquals("shell/ada", modules.contexts.get(0).owner());
        assertEquals(1, modules.closed);
    }

    @Test
    void theSelfTestTellsPassedFromFailed() {
        assertTrue(shell.run("bascule:module-call trend-anomaly test").output().contains("passed"));
        modules.isSelfTestFailing = true;
        assertEquals(
                "module 'trend-anomaly': self-test answered 3, expected 0",
                shell.run("bascule:module-call trend-anomaly test").error());
    }

    @Test
    void aFrameIsDecodedFromHexadecimal() {
        assertTrue(shell.run("bascule:module-call trend-anomaly decode 01 02 03 04")
                .output()
                .contains("3 of 4 bytes used"));
        assertTrue(shell.run("bascule:module-call trend-anomaly decode 01")
                .output()
                .contains("not complete"));
        assertTrue(shell.run("bascule:module-call trend-anomaly decode xyz")
                .error()
                .startsWith("The frame is not hexadecimal"));
    }

    @Test
    void wrongInputsAreNamed() {
        assertTrue(shell.run("bascule:module-call trend-anomaly jump").error().contains("test, process or decode"));
        assertTrue(shell.run("bascule:module-call trend-anomaly process abc")
                .error()
                .contains("'abc' is not a value"));
        assertTrue(shell.run("bascule:module-call trend-anomaly process no/where=1")
                .error()
                .contains("no channel 'no/where'"));
        assertTrue(shell.run("bascule:module-call --start soon trend-anomaly process 1")
                .error()
                .contains("'soon' is not a time"));
        assertTrue(shell.run("bascule:module-call stranger test").error().contains("not ready"));
    }

    @Test
    void withoutAModuleManagerTheErrorNamesTheBundleToLookAt() {
        try (ShellHarness empty = new ShellHarness()) {
            assertTrue(empty.run("bascule:module-list").error().contains("bundle:diag io.bascule.core.lifecycle"));
        }
    }
}
