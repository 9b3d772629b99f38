/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.access.shell.ShellHarness.Result;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.flow.FlowEngine;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.FlowStatus;
import io.bascule.api.flow.FlowStatus.StageStatus;
import io.bascule.api.flow.OverflowPolicy;
import io.bascule.api.module.ModuleState;
import io.bascule.testkit.FakeChannelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowAndAlertCommandsTest {

    private final FakeFlows flows = new FakeFlows();
    private final FakeAlerts alerts = new FakeAlerts();
    private final FakeModules modules = new FakeModules();
    private final ShellHarness shell = new ShellHarness(flows, alerts, modules, new FakeChannelRegistry());

    @AfterEach
    void close() {
        shell.close();
    }

    @Test
    void theListOfFlowsCountsWhatWasLost() {
        String output = shell.run("bascule:flow-list").output();
        assertTrue(output.contains("line1  RUNNING       2       900        7       3"), output);
        JsonArray json = JsonParser.parseString(
                        shell.run("bascule:flow-list --json").output())
                .getAsJsonArray();
        JsonObject stage =
                json.get(0).getAsJsonObject().getAsJsonArray("stages").get(1).getAsJsonObject();
        assertEquals("drop-oldest", stage.get("overflow").getAsString());
    }

    @Test
    void theInfoShowsStagesAndTheLastFault() {
        Result result = shell.run("bascule:flow-info line1");
        assertTrue(result.output().contains("Flow line1 is RUNNING"), result.output());
        assertTrue(result.output().contains("! filter: ran out of fuel"), result.output());
        for (String line : result.lines()) {
            assertTrue(line.length() <= Table.LINE_WIDTH, line);
        }
        assertEquals(
                "{\"name\":\"line1\"}",
                shell.run("bascule:flow-info --definition line1").output().trim());
        assertTrue(shell.run("bascule:flow-info line9").error().contains("no flow 'line9'"));
    }

    @Test
    void startAndStopReachTheEngineAndSayWhatItSays() {
        assertTrue(shell.run("bascule:flow-stop line1").output().contains("now STOPPED"));
        assertTrue(shell.run("bascule:flow-start line1").output().contains("now RUNNING"));
        assertEquals(
                "There is no flow 'line9'.",
                shell.run("bascule:flow-start line9").error());
    }

    @Test
    void validatePrintsEveryProblemOfAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), "{\"bad\":true}");
        Result result = shell.run("bascule:flow-validate " + file);
        assertTrue(result.output().contains("/stages/0: unknown type 'x'"), result.output());
        assertTrue(result.output().contains("/edges: there is a cycle"), result.output());
        assertEquals(file + " has 2 problems.", result.error());
        assertTrue(shell.run("bascule:flow-validate line1").output().contains("line1 is valid"));
        assertTrue(shell.run("bascule:flow-validate nothing.json").error().contains("neither a flow nor a file"));
    }

    @Test
    void alertsAreListedNewestFirstAndAcknowledgedByTheirNumber() {
        alerts.add("press1/temperature", 12.5, "rises too fast");
        alerts.add(
                "press1/temperature",
                Double.NaN,
                "a\u001b[31m text that is so long that it cannot fit into a line of eighty");
        Result result = shell.run("bascule:alert-list");
        assertEquals(3, result.lines().size(), result.output());
        assertTrue(result.lines().get(1).trim().startsWith("2 "), result.output());
        for (String line : result.lines()) {
            assertTrue(line.length() <= Table.LINE_WIDTH && !line.contains("\u001b"), line);
        }
        assertTrue(shell.run("bascule:alert-ack 1").output().contains("Acknowledged 1."));
        assertEquals("ada", alerts.list().get(1).acknowledgedBy());
        assertEquals(2, shell.run("bascule:alert-list").lines().size());
        assertEquals(3, shell.run("bascule:alert-list --all").lines().size());
        assertTrue(shell.run("bascule:alert-list --all --limit 1").output().contains("1 more"));
        assertTrue(shell.run("bascule:alert-ack 77").error().contains("1 of 1 alerts do not exist"));
        assertTrue(shell.run("bascule:alert-ack").error().contains("or --all"));
        assertTrue(shell.run("bascule:alert-ack --all").isOk());
        assertTrue(shell.run("bascule:alert-list").output().contains("No alerts that nobody"));
    }

    @Test
    void alertsCanBeReadByPrograms() {
        alerts.add("press1/temperature", 12.5, "rises too fast");
        JsonObject alert = JsonParser.parseString(
                        shell.run("bascule:alert-list --json").output())
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        assertEquals("2014-01-28T00:00:00Z", alert.get("time").getAsString());
        assertEquals(12.5, alert.get("value").getAsDouble());
    }

    @Test
    void theStatusSumsUpAndNamesWhatNeedsAPerson() {
        modules.add(7, "pid", ModuleState.FAULTED, "trapped 5 times", Set.of(), "");
        alerts.add("a/b", 1, "x");
        Result result = shell.run("bascule:status");
        assertTrue(result.output().contains("modules  0 of 1 ready"), result.output());
        assertTrue(result.output().contains("flows    1 of 1 running"), result.output());
        assertTrue(result.output().contains("1 open, 1 raised"), result.output());
        assertTrue(result.output().contains("! module pid is FAULTED: see bascule:module-info pid"), result.output());
        JsonObject json = JsonParser.parseString(
                        shell.run("bascule:status --json").output())
                .getAsJsonObject();
        assertEquals(1, json.getAsJsonObject("flows").get("running").getAsInt());
        assertEquals(1, json.getAsJsonArray("troubles").size());
    }

    @Test
    void theStatusOfAGatewayWithoutItsCoreSaysSo() {
        try (ShellHarness empty = new ShellHarness()) {
            String output = empty.run("bascule:status").output();
            assertTrue(output.contains("bundle:diag io.bascule.core.flow"), output);
        }
    }

    private static final class FakeFlows implements FlowEngine {
        private FlowStatus.State state = FlowStatus.State.RUNNING;

        @Override
        public List<FlowStatus> list() {
            return List.of(new FlowStatus(
                    "line1",
                    state,
                    "",
                    List.of(
                            new StageStatus("in", "channels", "", 0, 64, OverflowPolicy.BLOCK, 900, 900, 0, 0, "", 5),
                            new StageStatus(
                                    "filter",
                                    "module",
                                    "a-module-with-quite-a-long-name 1.2.0",
                                    3,
                                    64,
                                    OverflowPolicy.DROP_OLDEST,
                                    893,
                                    890,
                                    7,
                                    3,
                                    "ran out of fuel",
                                    5))));
        }

        @Override
        public Optional<FlowStatus> find(String name) {
            return list().stream().filter(f -> f.name().equals(name)).findFirst();
        }

        @Override
        public Optional<String> definition(String name) {
            return find(name).map(f -> "{\"name\":\"line1\"}");
        }

        @Override
        public List<FlowProblem> validate(String json) {
            return json.contains("bad")
                    ? List.of(
                            new FlowProblem("/stages/0", "unknown type 'x'"),
                            new FlowProblem("/edges", "there is a cycle"))
                    : List.of();
        }

        @Override
        public void start(String name) throws FlowException {
            set(name, FlowStatus.State.RUNNING);
        }

        @Override
        public void stop(String name) throws FlowException {
            set(name, FlowStatus.State.STOPPED);
        }

        private void set(String name, FlowStatus.State next) throws FlowException {
            if (find(name).isEmpty()) {
                throw new FlowException("There is no flow '" + name + "'.");
            }
            state = next;
        }
    }

    private static final class FakeAlerts implements AlertRegistry {
        private final List<Entry> entries = new ArrayList<>();

        void add(String channel, double value, String text) {
            long time = TimeUnit.SECONDS.toNanos(
                    Instant.parse("2014-01-28T00:00:00Z").getEpochSecond());
            raise(new Alert("trend-anomaly", 700, channel, time, value, text));
        }

        @Override
        public Entry raise(Alert alert) {
            Entry entry = new Entry(entries.size() + 1L, alert, Instant.parse("2026-01-01T00:00:00Z"), null);
            entries.add(0, entry);
            return entry;
        }

        @Override
        public List<Entry> list() {
            return List.copyOf(entries);
        }

        @Override
        public long raisedTotal() {
            return entries.size();
        }

        @Override
        public long droppedTotal() {
            return 0;
        }

        @Override
        public Optional<Entry> acknowledge(long id, String by) {
            for (int i = 0; i < entries.size(); i++) {
                Entry entry = entries.get(i);
                if (entry.id() == id) {
                    entries.set(i, new Entry(id, entry.alert(), entry.raisedAt(), by));
                    return Optional.of(entries.get(i));
                }
            }
            return Optional.empty();
        }
    }
}
