/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.spi.Instance;
import io.bascule.api.module.spi.Output;
import io.bascule.api.security.Authorizer;
import io.bascule.api.security.Capability;
import io.bascule.api.security.NamePattern;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.HostInterface;
import io.bascule.wasm.abi.MetadataReader;
import io.bascule.wasm.abi.ModuleMetadata;
import io.bascule.wasm.abi.WasiFunction;
import io.bascule.wasm.engine.WasmException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every capability as a guest meets it: what is granted, what is not, and what is out of bounds. */
class InstanceHostTest {

    private static final CapabilityLimits TIGHT = new CapabilityLimits(50, 2, 16, 2, 2, 3, 32, 2, 10, 2, 64, 500);

    @TempDir
    Path directory;

    private final FakeChannelRegistry channels = new FakeChannelRegistry();
    private final Map<Capability, NamePattern> granted = new HashMap<>();
    private final List<ChannelWriter.Write> writes = new ArrayList<>();
    private final List<Object> left = new ArrayList<>();
    private final FakeGuest guest = new FakeGuest();
    private StateStore states;
    private InstanceHost host;
    private int temperature;

    private final Output output = new Output() {
        @Override
        public void readings(Batch batch) {
            left.add(batch);
        }

        @Override
        public void message(String topic, byte[] payload) {
            left.add(topic + "=" + new String(payload, StandardCharsets.UTF_8));
        }

        @Override
        public void alert(Alert alert) {
            left.add(alert);
        }
    };

    @BeforeEach
    void start() throws Exception {
        for (Capability capability : Capability.values()) {
            granted.put(capability, NamePattern.of("**"));
        }
        temperature =
                channels.openVirtual("press/temperature", ValueKind.F64, "").handle();
        states = new StateStore(directory);
        host = newHost();
        host.beginCall();
    }

    private InstanceHost newHost() throws Exception {
        byte[] metadata = ("{\"abi\":1,\"name\":\"guest\",\"version\":\"1.0.0\",\"world\":\"decoder\",\"maxBatch\":1,"
                        + "\"channels\":{\"read\":[\"*\"],\"write\":[\"out/*\",\"press/*\"]}}")
                .getBytes(StandardCharsets.UTF_8);
        ModuleMetadata module = MetadataReader.read(new MetadataReader.Source(
                "guest", metadata, null, Map.of(), Set.of("cabi_realloc", "test", "configure", "decode")));
        Authorizer authorizer = (subject, capability, object) -> {
            NamePattern scope = granted.get(capability);
            return new Authorizer.Decision(
                    scope != null && (!capability.isScoped() || scope.matches(object)), "use bascule:grant");
        };
        ChannelWriter writer = (subject, wanted) -> {
            writes.addAll(wanted);
            return List.of();
        };
        return new InstanceHost(
                module,
                new HostServices(
                        authorizer,
                        channels,
                        writer,
                        states,
                        new DeviceStreams(),
                        () -> Instant.ofEpochSecond(5, 7),
                        TIGHT),
                new ChannelHandles());
    }

    private long call(HostInterface of, String function, long... args) throws Exception {
        return host.functions()
                .find(of.importModule(), function)
                .orElseThrow()
                .function()
                .call(guest, args);
    }

    private long wasi(WasiFunction function, long... args) throws Exception {
        return host.functions()
                .find(GuestContract.WASI_MODULE, function.word())
                .orElseThrow()
                .function()
                .call(guest, args);
    }

    private long open(String name) throws Exception {
        return call(HostInterface.CHANNEL, "open", guest.put(name), name.length());
    }

    private int record(long handle, double value) {
        byte[] record = new byte[RecordLayout.RECORD_BYTES];
        RecordLayout.put(record, 0, (int) handle, 1, 0, 9, Double.doubleToRawLongBits(value));
        return guest.put(record);
    }

    @Test
    void everyFunctionOfTheContractIsOffered() {
        for (HostInterface offered : HostInterface.values()) {
            for (String function : offered.functions().keySet()) {
                assertTrue(
                        host.functions().find(offered.importModule(), function).isPresent(), offered + function);
            }
        }
        for (WasiFunction function : WasiFunction.values()) {
            assertTrue(
                    host.functions()
                            .find(GuestContract.WASI_MODULE, function.word())
                            .isPresent(),
                    function.word());
        }
    }

    @Test
    void productsLeaveInOrderOnCommitAndNeverAfterDiscard() throws Exception {
        long handle = open("press/temperature");
        int one = record(handle, 1);
        assertEquals(1, call(HostInterface.EMIT, "readings", one, 1));
        assertEquals(1, call(HostInterface.EMIT, "readings", one, 1));
        assertEquals(0, call(HostInterface.EMIT, "message", guest.put("a/b"), 3, guest.put("hi"), 2));
        assertEquals(0, call(HostInterface.EMIT, "alert", 3, handle, 9, 0, guest.put("hot"), 3));
        assertEquals(1, call(HostInterface.CHANNEL, "write", one, 1));
        assertEquals(List.of(), left);
        host.commit(output);
        assertEquals(3, left.size());
        assertEquals(2, ((Batch) left.get(0)).size());
        assertEquals("a/b=hi", left.get(1));
        assertEquals(new Alert("guest", 700, "press/temperature", 9, 0.0, "hot"), left.get(2));
        assertEquals("press/temperature", writes.get(0).channel());
        host.beginCall();
        call(HostInterface.EMIT, "readings", one, 1);
        host.discard();
        host.commit(output);
        assertEquals(3, left.size());
    }

    @Test
    void withoutAGrantEachAnswersThatItIsNotPermitted() throws Exception {
        granted.clear();
        int text = guest.put("press/temperature");
        assertEquals(-3, call(HostInterface.EMIT, "readings", record(temperature, 1), 1));
        assertEquals(-3, call(HostInterface.EMIT, "message", text, 5, text, 5));
        assertEquals(-3, call(HostInterface.EMIT, "alert", 1, temperature, 0, 0, text, 5));
        assertEquals(-3, open("press/temperature"));
        assertEquals(-3, call(HostInterface.STATE, "put", text, 5, text, 5));
        assertEquals(-3, call(HostInterface.TIMER, "set", 0, 1, 0));
        assertEquals(-3, call(HostInterface.IO, "open", guest.put("serial:/dev/ttyS0"), 17));
        assertEquals(0, call(HostInterface.CLOCK, "now"));
        assertEquals(7, host.deniedTotal());
    }

    @Test
    void aGrantTakesEffectWithTheNextCall() throws Exception {
        granted.remove(Capability.CLOCK);
        assertEquals(0, call(HostInterface.CLOCK, "now"));
        granted.put(Capability.CLOCK, NamePattern.of("**"));
        host.beginCall();
        assertEquals(5_000_000_007L, call(HostInterface.CLOCK, "now"));
    }

    @Test
    void channelsAreOpenedReadAndMadeWithinGrantAndMetadata() throws Exception {
        assertEquals(temperature, open("press/temperature"));
        // Metadata lets it write out/*, so a name there becomes a channel of its own; elsewhere nothing is made.
        assertTrue(open("out/average") > 0);
        assertTrue(channels.find("out/average").isPresent());
        assertEquals(-4, open("other/thing"));
        assertEquals(-2, open("//"));
        assertEquals(-2, call(HostInterface.CHANNEL, "open", 0, 256));
        int result = guest.put(new byte[24]);
        call(HostInterface.CHANNEL, "read", 4711, result);
        assertEquals(128, guest.readU8(result + RecordLayout.QUALITY));
        call(HostInterface.CHANNEL, "read", temperature, result);
        assertEquals(temperature, guest.readI32(result));
    }

    /** A virtual channel takes a handle for good, so who may only read, or was not granted the name, makes none. */
    @Test
    void onlyTheRightToWriteANameMakesAVirtualChannelOfIt() throws Exception {
        granted.put(Capability.CHANNEL_WRITE, NamePattern.of("out/average"));
        assertEquals(-4, open("news"));
        granted.remove(Capability.CHANNEL_READ);
        assertEquals(-3, open("out/other"));
        assertEquals(-3, open("elsewhere/average"));
        long made = open("out/average");
        assertEquals(made, open("out/average"));
        assertEquals(ValueKind.F64, channels.find("out/average").orElseThrow().kind());
        assertTrue(channels.find("news").isEmpty());
        assertTrue(channels.find("out/other").isEmpty());
        // It is there for others at once: making it is no product of the call that could be taken back.
        host.discard();
        assertTrue(channels.find("out/average").isPresent());
    }

    @Test
    void writesOutsideTheGrantAreRefusedAsAWhole() throws Exception {
        granted.put(Capability.CHANNEL_WRITE, NamePattern.of("out/*"));
        long own = open("out/valve");
        open("press/temperature");
        byte[] both = new byte[48];
        RecordLayout.put(both, 0, (int) own, 1, 0, 0, 0);
        RecordLayout.put(both, 24, temperature, 1, 0, 0, 0);
        assertEquals(-3, call(HostInterface.CHANNEL, "write", guest.put(both), 2));
        host.commit(output);
        assertEquals(List.of(), writes);
    }

    @Test
    void everyCapabilityIsBounded() throws Exception {
        int text = guest.put("x".repeat(64));
        open("press/temperature");
        assertEquals(-9, call(HostInterface.EMIT, "readings", text, 5));
        assertEquals(-9, call(HostInterface.EMIT, "message", text, 1, text, 17));
        assertEquals(-2, call(HostInterface.EMIT, "message", text, 0, text, 1));
        assertEquals(0, call(HostInterface.EMIT, "message", text, 1, text, 1));
        assertEquals(0, call(HostInterface.EMIT, "message", text, 1, text, 1));
        assertEquals(-9, call(HostInterface.EMIT, "message", text, 1, text, 1));
        assertEquals(-2, call(HostInterface.EMIT, "alert", 5, temperature, 0, 0, text, 1));
        assertEquals(0, call(HostInterface.EMIT, "alert", 1, temperature, 0, 0, text, 1));
        assertEquals(0, call(HostInterface.EMIT, "alert", 1, temperature, 0, 0, text, 1));
        assertEquals(-9, call(HostInterface.EMIT, "alert", 1, temperature, 0, 0, text, 1));
        assertEquals(-9, call(HostInterface.CHANNEL, "write", text, 3));
        assertEquals(-2, call(HostInterface.TIMER, "set", 16, 1, 1));
        open("out/a");
        open("out/b");
        assertEquals(-9, open("out/c"));
        assertEquals(-9, call(HostInterface.STATE, "put", text, 1, text, 33));
        assertEquals(-2, call(HostInterface.STATE, "put", text, 65, text, 1));
        host.beginCall();
        assertEquals(0, call(HostInterface.EMIT, "message", text, 1, text, 1));
    }

    /** A batch with text is many calls of the guest and one commit. */
    @Test
    void whatWaitsForACommitIsBoundedOverAnyNumberOfCalls() throws Exception {
        open("press/temperature");
        int text = guest.put("x".repeat(16));
        int calls = 0;
        while (call(HostInterface.EMIT, "message", text, 1, text, 16) == 0) {
            calls++;
            host.beginCall();
        }
        assertTrue(calls > 100_000 && calls < CallBuffer.BYTES_MAX / 16, calls + " calls");
        assertEquals(-9, call(HostInterface.EMIT, "message", text, 1, text, 16));
        host.discard();
        assertEquals(0, call(HostInterface.EMIT, "message", text, 1, text, 16));
    }

    @Test
    void pointersOutsideTheGuestAreTraps() {
        assertThrows(WasmException.Trap.class, () -> call(HostInterface.LOG, "write", 1, -1, 2));
        assertThrows(WasmException.Trap.class, () -> call(HostInterface.STATE, "put", 65_535, 2, 0, 0));
        assertThrows(WasmException.Trap.class, () -> wasi(WasiFunction.FD_WRITE, 1, 65_532, 1, 0));
        assertThrows(WasmException.Trap.class, () -> wasi(WasiFunction.PROC_EXIT, 0));
    }

    @Test
    void stateIsKeptOnCommitAndSurvivesARestart() throws Exception {
        int key = guest.put("count");
        call(HostInterface.STATE, "put", key, 5, guest.put("42"), 2);
        assertEquals("42", get(key));
        host.discard();
        assertEquals("", get(key));
        call(HostInterface.STATE, "put", key, 5, guest.put("43"), 2);
        host.commit(output);
        states.flush();
        states = new StateStore(directory);
        host = newHost();
        assertEquals("43", get(key));
        call(HostInterface.STATE, "put", key, 5, 0, 0);
        host.commit(output);
        states.flush();
        states = new StateStore(directory);
        host = newHost();
        assertEquals("", get(key));
    }

    private String get(int key) throws Exception {
        int result = guest.put(new byte[8]);
        call(HostInterface.STATE, "get", key, 5, result);
        return guest.readUtf8(guest.readI32(result), guest.readI32(result + 4));
    }

    @Test
    void aDamagedStateFileIsSetAsideAndTheModuleStartsEmpty() throws Exception {
        int key = guest.put("count");
        call(HostInterface.STATE, "put", key, 5, guest.put("42"), 2);
        host.commit(output);
        states.flush();
        Path file = directory.resolve("guest.state");
        byte[] bytes = Files.readAllBytes(file);
        bytes[12] ^= 1;
        Files.write(file, bytes);
        states = new StateStore(directory);
        host = newHost();
        assertEquals("", get(key));
        assertTrue(Files.exists(directory.resolve("guest.state.corrupt")));
    }

    @Test
    void timersTellWhenTheyAreDue() throws Exception {
        assertEquals(Instance.NO_TIMER, host.timerDueNanos());
        assertEquals(0, call(HostInterface.TIMER, "set", 2, 1000, 0));
        assertEquals(0, call(HostInterface.TIMER, "set", 3, 5000, 1));
        long due = host.timerDueNanos();
        assertEquals(-1, host.takeDueTimer(due - 1));
        assertEquals(2, host.takeDueTimer(due));
        assertEquals(-1, host.takeDueTimer(due));
        long later = host.timerDueNanos();
        assertEquals(3, host.takeDueTimer(later));
        // A period of 1 ms is slowed down to the shortest allowed.
        assertEquals(later + 10_000_000L, host.timerDueNanos());
        call(HostInterface.TIMER, "cancel", 3);
        assertEquals(Instance.NO_TIMER, host.timerDueNanos());
    }

    @Test
    void wasiGivesWhatALibraryNeedsAndNothingElse() throws Exception {
        int at = guest.put(new byte[64]);
        assertEquals(0, wasi(WasiFunction.ENVIRON_SIZES_GET, at, at + 4));
        assertEquals(0, guest.readI32(at));
        assertEquals(0, wasi(WasiFunction.CLOCK_TIME_GET, 0, 0, at));
        assertEquals(5_000_000_007L, guest.readI64(at));
        assertEquals(0, wasi(WasiFunction.RANDOM_GET, at, 16));
        int line = guest.put("hello\n");
        int vector = guest.put(new byte[8]);
        guest.writeI32(vector, line);
        guest.writeI32(vector + 4, 6);
        assertEquals(0, wasi(WasiFunction.FD_WRITE, 1, vector, 1, at));
        assertEquals(6, guest.readI32(at));
        assertEquals(8, wasi(WasiFunction.FD_WRITE, 3, vector, 1, at));
        assertEquals(0, wasi(WasiFunction.FD_FDSTAT_GET, 1, at));
        assertEquals(2, guest.readU8(at));
        assertEquals(8, wasi(WasiFunction.FD_CLOSE, 7));
    }

    @Test
    void theOnlyArgumentIsTheNameOfTheProgram() throws Exception {
        int at = guest.put(new byte[64]);
        assertEquals(0, wasi(WasiFunction.ARGS_SIZES_GET, at, at + 4));
        assertEquals(1, guest.readI32(at));
        assertEquals(7, guest.readI32(at + 4));
        assertEquals(0, wasi(WasiFunction.ARGS_GET, at + 8, at + 16));
        assertEquals(at + 16, guest.readI32(at + 8));
        assertEquals("module\0", guest.readUtf8(at + 16, 7));
    }

    @Test
    void aLineOfAGuestCannotLookLikeTwo() {
        assertEquals("a\u00b7b", LogCapability.oneLine("a\nb"));
    }

    @Test
    void linesBeyondTheRateAreDroppedAndCounted() {
        RateLimit rate = new RateLimit(2, 0);
        assertTrue(rate.tryPass(1));
        assertTrue(rate.tryPass(2));
        assertEquals(false, rate.tryPass(3));
        assertEquals(1, rate.takeDropped());
        assertTrue(rate.tryPass(1_000_000_000L));
    }
}
