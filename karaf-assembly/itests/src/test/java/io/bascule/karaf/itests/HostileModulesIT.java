/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * INV-5, INV-6 and INV-9 on the distribution: whatever a module does, it is stopped or refused with a reason, and the flow of
 * its neighbour goes on without a fault or a lost reading.
 */
@ExtendWith(SharedGateway.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class HostileModulesIT {

    private static final String EMIT =
            "(import \"bascule:gateway/emit@1.0.0\" \"readings\" (func $emit (param i32 i32) (result i32)))";
    private static final int PAGE_BYTES = 64 * 1024;
    private static final int PAGES_MAX = 4;
    private static final int MEBIBYTE = 1024 * 1024;

    private final Gateway gateway;

    HostileModulesIT(Gateway gateway) {
        this.gateway = gateway;
    }

    @BeforeAll
    void startTheNeighbour() throws IOException, InterruptedException {
        gateway.put("etc/flows/neighbour.json", flow("neighbour", "trend-anomaly"));
        gateway.await("the neighbour works", () -> neighbour("readingsIn") > 0);
    }

    @AfterAll
    void stopTheNeighbour() throws IOException, InterruptedException {
        Files.delete(gateway.home().resolve("etc/flows/neighbour.json"));
        gateway.await("the neighbour is gone", () -> gateway.flow("neighbour").isEmpty());
    }

    private long neighbour(String counter) {
        return gateway.stageCounter("neighbour", "work", counter);
    }

    private void assertTheNeighbourGoesOn() throws InterruptedException {
        long before = neighbour("readingsIn");
        gateway.await("the neighbour goes on", () -> neighbour("readingsIn") > before + 5);
        assertEquals(0, neighbour("faults"));
        assertEquals(0, neighbour("readingsDropped"));
        assertEquals("READY", gateway.moduleState("trend-anomaly"));
        assertTrue(gateway.process().isAlive());
    }

    private static byte[] flow(String name, String module) {
        return """
                {"name":"%s","stages":[
                  {"id":"in","type":"channels","channels":["press/speed"]},
                  {"id":"work","type":"module","module":"%s","queue":{"capacity":64,"overflow":"drop-oldest"}},
                  {"id":"out","type":"log"}],
                 "edges":[{"from":"in","to":"work"},{"from":"work","to":"out"}]}
                """.formatted(name, module).getBytes(StandardCharsets.UTF_8);
    }

    /** What it does, once a flow has given it readings, and the word that its status then says. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "endless-loop||(loop $ever (br $ever)) (i32.const 0)|FUEL",
                "deep-recursion|(func $down (param i32) (result i32)"
                        + " (i32.add (call $down (local.get 0)) (call $down (local.get 0))))|(call $down (i32.const 1))|",
                "memory-bomb||(loop $more (drop (memory.grow (i32.const 1))) (br $more)) (i32.const 0)|FUEL",
                "table-bomb|(table $t 1 funcref)"
                        + "|(loop $more (drop (table.grow $t (ref.null func) (i32.const 4096))) (br $more)) (i32.const 0)|FUEL",
                "wild-pointer||(call $emit (i32.const -8) (i32.const 1))|BAD_POINTER",
                "forged-count||(call $emit (i32.const 0) (i32.const 178956971))|",
                "forged-channel||(i32.store (local.get 0) (i32.const 99999)) (call $emit (local.get 0) (i32.const 1))|",
                "forged-kind||(i32.store8 offset=4 (local.get 0) (i32.const 9)) (call $emit (local.get 0) (i32.const 1))|",
            })
    void whatItDoesWithReadingsIsContained(String name, String more, String process, String word)
            throws IOException, InterruptedException {
        byte[] wasm = OddModules.module(name, EMIT, more == null ? "" : more, process);
        // Not by a deployment: its trial would take the module away at the first fault.
        Path file = gateway.home().resolve("data/" + name + ".wasm");
        Files.write(file, wasm);
        gateway.ok("bascule:module-install " + file.toUri());
        gateway.put("etc/flows/victim.json", flow("victim", name));
        try {
            gateway.await("the first fault of " + name, () -> number(name, "faults") >= 1);
            gateway.await("its flow counts it", () -> gateway.stageCounter("victim", "work", "readingsDropped") > 0);
            assertEquals(0, gateway.stageCounter("victim", "out", "readingsIn"));
            assertTrue(number(name, "memoryBytes") <= PAGES_MAX * PAGE_BYTES);
            assertTrue(word == null || isLogged(name, word), "no line on " + name + " with " + word);
            assertTheNeighbourGoesOn();
        } finally {
            Files.delete(gateway.home().resolve("etc/flows/victim.json"));
            gateway.ok("bascule:module-uninstall " + name);
        }
        gateway.await(name + " is gone", () -> gateway.module(name).isEmpty());
        gateway.await("its flow is gone", () -> gateway.flow("victim").isEmpty());
    }

    /** A module's status has its present state; what happened is in the log. */
    private boolean isLogged(String module, String word) throws IOException {
        return Files.readAllLines(gateway.home().resolve("data/log/karaf.log")).stream()
                .anyMatch(line -> line.contains("module=" + module) && line.contains(word));
    }

    private long number(String module, String key) {
        return gateway.module(module).map(m -> m.get(key).getAsLong()).orElse(-1L);
    }

    /** What it declares, and the words that the refusal says. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "huge-table||(table 20000000 funcref)|20000000|16384",
                "undeclared-interface|(import \"bascule:gateway/teleport@1.0.0\" \"go\" (func (result i32)))||teleport|emit",
                "undeclared-module|(import \"env\" \"system\" (func (param i32) (result i32)))||env|emit",
                "undeclared-wasi|(import \"wasi_snapshot_preview1\" \"path_open\""
                        + " (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))||wasi_snapshot_preview1|needed",
            })
    void whatItDeclaresIsRefusedBeforeItRuns(String name, String imports, String more, String word, String otherWord)
            throws IOException, InterruptedException {
        byte[] wasm = OddModules.module(name, text(imports), text(more), "(i32.const 0)");
        assertRefused(name, wasm, word, otherWord);
    }

    private static String text(String cell) {
        return cell == null ? "" : cell;
    }

    @Test
    void aMemoryBeyondTheLimitIsRefusedBeforeItIsMade() throws IOException, InterruptedException {
        assertRefused("huge-memory", OddModules.withMemory("huge-memory", 60_000), "60000", "256");
    }

    @Test
    void hugeDataSegmentsAreRefusedBeforeTheyAreRead() throws IOException, InterruptedException {
        // A segment beyond the limit of one, and with others beyond the limit of a module.
        assertRefused("large-segment", withData("large-segment", MEBIBYTE + 1, 1), "1048577", "1048576");
        assertRefused("large-module", withData("large-module", MEBIBYTE - 1, 3), "large-module.wasm", "2097152");
    }

    private static byte[] withData(String name, int bytes, int segments) {
        String data = "(data \"" + "x".repeat(bytes) + "\")";
        return OddModules.module(name, "", data.repeat(segments), "(i32.const 0)");
    }

    private void assertRefused(String name, byte[] wasm, String word, String otherWord)
            throws IOException, InterruptedException {
        Path file = gateway.home().resolve("data/" + name + ".wasm");
        Files.write(file, wasm);
        Gateway.Answer answer = gateway.shell("bascule:module-install " + file.toUri());
        assertNotEquals(0, answer.code(), answer.output());
        assertFalse(answer.output().contains("\tat "), answer.output());
        String told = answer.output()
                + gateway.module(name).map(m -> m.get("reason").getAsString()).orElse("");
        assertTrue(told.contains(word) && told.contains(otherWord), told);
        if (gateway.module(name).isPresent()) {
            // Installed so that people can look at it, and never resolved.
            assertEquals("UNRESOLVED", gateway.moduleState(name));
            gateway.ok("bascule:module-uninstall " + name);
        }
        assertTheNeighbourGoesOn();
    }

    /** Bytes of a line that somebody else writes to. */
    @Test
    void forgedFramesForADecoderAreCorruptNotFaults() throws IOException, InterruptedException {
        gateway.ok("bascule:module-install file:samples/modbus-rtu-decoder-1.0.0.wasm");
        gateway.await("the decoder is ready", () -> gateway.moduleState("modbus-rtu-decoder")
                .equals("READY"));
        for (String frame :
                new String[] {"00".repeat(256), "ff".repeat(256), "0103ff" + "aa".repeat(300), "01030200FF"}) {
            Gateway.Answer answer = gateway.shell("bascule:module-call modbus-rtu-decoder decode " + frame);
            assertTrue(answer.output().contains("0 readings") || answer.output().contains("corrupt"), answer.output());
        }
        assertTrue(gateway.ok("bascule:module-call modbus-rtu-decoder decode 010302002A399B")
                .contains("7 of 7 bytes used"));
        assertEquals("READY", gateway.moduleState("modbus-rtu-decoder"));
        assertTheNeighbourGoesOn();
        gateway.ok("bascule:module-uninstall modbus-rtu-decoder");
    }
}
