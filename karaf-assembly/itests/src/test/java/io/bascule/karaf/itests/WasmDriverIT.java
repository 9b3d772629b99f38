/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static io.bascule.karaf.itests.MortalGateway.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A driver in WebAssembly as a module of the distribution, with its devices and its grants in manifests: the sample in Rust against
 * a meter in C.
 */
@Story
@Timeout(600)
class WasmDriverIT {

    private static final String MODULE = "meter-driver";
    private static final String LINE = "io.bascule.wasm.driver~line1";
    private static final String ELSEWHERE = "tcp:192.168.1.20:5020";
    private static final String TRAP = "(unreachable)";
    private static final String ANY_ADDRESS = "(i32.const 49)";

    private MortalGateway gateway;
    private CompiledMeter meter;
    private Path incoming;

    @BeforeAll
    void boot() throws IOException, InterruptedException {
        gateway = MortalGateway.unpack("wasm-drivers", home -> {
            MortalGateway.prepare(home, "count=counter(start=0,step=1)", 20);
            Files.writeString(home.resolve("etc/io.bascule.lifecycle.cfg"), "startTimeoutMillis = 15000\n");
            flow(home, "watch", "press/*");
            flow(home, "meters", "line1/*");
        });
        meter = CompiledMeter.start(gateway.home());
        incoming = Files.createDirectories(gateway.home().resolve("incoming"));
        gateway.boot();
        gateway.await("the press", () -> gateway.counter("watch", "out", "readingsIn") > 10);
    }

    private static void flow(Path home, String name, String channels) throws IOException {
        Files.writeString(home.resolve("etc/flows/" + name + ".json"), """
                {"name":"%s","stages":[
                  {"id":"in","type":"channels","channels":["%s"]},
                  {"id":"out","type":"log","config":{"perSecond":1}}],
                 "edges":[{"from":"in","to":"out"}]}
                """.formatted(name, channels));
    }

    @AfterAll
    void close() {
        gateway.close();
        if (meter != null) {
            meter.close();
        }
    }

    /** The sample, or the same under another version. */
    private Path sample(String version) throws IOException {
        byte[] committed = Files.readAllBytes(gateway.home().resolve("samples/meter-driver-1.0.0.wasm"));
        String text = new String(committed, StandardCharsets.ISO_8859_1);
        assertTrue(text.contains("\"version\":\"1.0.0\""));
        String changed = text.replace("\"version\":\"1.0.0\"", "\"version\":\"" + version + "\"");
        return Files.write(
                incoming.resolve("meter-driver-" + version + ".wasm"), changed.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Path odd(String version, String address, String poll) throws IOException {
        return Files.write(
                incoming.resolve("meter-driver-" + version + ".wasm"),
                OddModules.driver(MODULE, version, address, poll));
    }

    /** A manifest for the module, with a member {@code more}. */
    private Path manifest(String name, String more) throws IOException {
        return Files.writeString(incoming.resolve(name + ".json"), """
                {"bascule":"deployment/1","name":"%s","trial":{"seconds":3},"modules":[{"name":"%s",%s}]}
                """.formatted(name, MODULE, more));
    }

    /** An example of the distribution, with the address of the meter here. */
    private String example(String name) throws IOException {
        String text = Files.readString(gateway.home().resolve("examples").resolve(name));
        assertTrue(text.contains(ELSEWHERE), text);
        return text.replace(ELSEWHERE, meter.endpoint());
    }

    private String line(String endpoint, String channels) {
        return """
                "configuration":{"%s":{"module":"%s","device":"line1","endpoint":"%s","channels":[%s],
                  "scanPeriodMillis":50,"retryMinMillis":100}}
                """.formatted(LINE, MODULE, endpoint, channels);
    }

    private String line(String endpoint) {
        return line(endpoint, "\"power=12:f64(unit=W)\",\"setpoint=\\\"2000:f64:rw\\\"(readBack=true)\"");
    }

    private static String grants(String endpoint) {
        return "\"grants\":{\"io\":[\"" + endpoint + "\"],\"emit\":true,\"log\":true}";
    }

    private JsonObject module() {
        return gateway.list("bascule:module-list --json").stream()
                .filter(m -> text(m, "name").equals(MODULE) && !text(m, "state").equals("INSTALLED"))
                .findFirst()
                .orElse(new JsonObject());
    }

    private JsonObject device() {
        return gateway.list("bascule:device-list --json").stream()
                .filter(d -> text(d, "name").equals("line1"))
                .findFirst()
                .orElse(new JsonObject());
    }

    private Optional<JsonObject> channel(String name) {
        return gateway.list("bascule:channel-list --json").stream()
                .filter(c -> text(c, "name").equals(name))
                .findFirst();
    }

    /** Waits until more readings of the meter went through its flow, with the value that the meter has. */
    private void awaitReadings() throws InterruptedException {
        gateway.await("line1 is connected", () -> text(device(), "state").equals("connected"));
        long before = gateway.counter("meters", "out", "readingsIn");
        gateway.await("readings", () -> gateway.counter("meters", "out", "readingsIn") > Math.max(0, before) + 10);
        JsonObject power = channel("line1/power").orElseThrow();
        assertEquals("good", text(power, "quality"), power.toString());
        assertEquals(1012.5, power.get("value").getAsDouble(), power.toString());
    }

    private void assertRuns(String version) throws InterruptedException {
        awaitReadings();
        assertEquals(version, text(module(), "version"));
        assertEquals("", text(module(), "reason"));
        assertEquals("READY", text(module(), "state"));
    }

    @Test
    @Order(1)
    void theManifestAmongTheExamplesBringsTheDriverItsDeviceAndItsGrants() throws IOException, InterruptedException {
        String example = example("meter-driver.json").replace("\"seconds\": 10", "\"seconds\": 3");
        String said = gateway.ok("bascule:deploy " + Files.writeString(incoming.resolve("meter.json"), example));
        assertTrue(said.contains("is current"), said);
        assertRuns("1.0.0");
        assertEquals("driver", text(module(), "world"));
        assertEquals(1, module().get("instances").getAsInt());
        assertEquals(LINE, text(device(), "pid"));
        gateway.ok("bascule:channel-write line1/setpoint 41.5");
        gateway.await("the setpoint", () -> channel("line1/setpoint")
                .filter(c -> c.get("value").getAsDouble() == 41.5)
                .isPresent());
        assertTrue(gateway.refused("bascule:pause " + MODULE).contains("is a driver"));
    }

    @Test
    @Order(2)
    void anUpdateByASingleFileStopsTheDeviceFirstWhileOtherFlowsGoOn() throws IOException, InterruptedException {
        long others = gateway.counter("watch", "out", "readingsIn");
        String said = gateway.ok("bascule:deploy --trial 3s " + sample("1.1.0"));
        assertTrue(said.contains("is current"), said);
        assertRuns("1.1.0");
        assertEquals(1, device().get("connections").getAsLong());
        long during = gateway.counter("watch", "out", "readingsIn") - others;
        assertTrue(during > 60, during + " readings of the press in three seconds or more of 50 each");
        assertEquals(0, gateway.counter("watch", "out", "faults"));
        assertEquals(0, gateway.counter("meters", "out", "faults"));
    }

    @Test
    @Order(3)
    void aVersionThatTrapsIsRolledBackAndTheDeviceComesBack() throws IOException, InterruptedException {
        String said = gateway.refused("bascule:deploy --trial 30s " + odd("1.2.0", ANY_ADDRESS, TRAP));
        assertTrue(said.contains("failed in poll"), said);
        assertRuns("1.1.0");
        JsonObject last = gateway.list("bascule:history --json --limit 1").get(0);
        assertEquals("rolled-back", text(last, "outcome"), last.toString());
    }

    @Test
    @Order(4)
    void aVersionThatDoesNotTakeTheAddressesIsRolledBack() throws IOException, InterruptedException {
        String said = gateway.refused("bascule:deploy --trial 30s " + odd("1.3.0", "(i32.const -2)", "(i32.const 0)"));
        assertTrue(said.contains("device 'line1' is refused") && said.contains("power"), said);
        assertRuns("1.1.0");
    }

    @Test
    @Order(5)
    void anEndpointThatIsNotGrantedIsNamed() throws IOException, InterruptedException {
        String other = "tcp:127.0.0.1:9";
        // The device answered; with these grants it cannot.
        String said = gateway.refused("bascule:deploy " + manifest("narrow", grants(other)));
        assertTrue(
                (said.contains("device 'line1'") && said.contains(meter.endpoint() + " is no longer granted"))
                        || said.contains(meter.endpoint() + " is not granted; see bascule:grant"),
                said);
        assertRuns("1.1.0");
        // A fresh device need not answer; what it lacks is said where people look.
        said = gateway.ok("bascule:deploy " + manifest("elsewhere", """
                "configuration":{"io.bascule.wasm.driver~line2":{"module":"%s","device":"line2","endpoint":"%s",
                  "channels":["power=12:f64"]}}
                """.formatted(MODULE, other)));
        assertTrue(said.contains("is current"), said);
        gateway.await("the reason", () -> text(module(), "reason")
                .contains(
                        "device 'line2' is not connected: module 'meter-driver' answered connect with -3 (not permitted): "
                                + other + " is not granted; see bascule:grant"));
        assertTrue(gateway.ok("bascule:rollback").contains("is current"));
        assertRuns("1.1.0");
    }

    @Test
    @Order(6)
    void aManifestConfiguresNoDeviceOfAnotherModule() throws IOException, InterruptedException {
        String said = gateway.refused("bascule:deploy "
                + manifest("foreign", line(meter.endpoint()).replace("\"module\":\"" + MODULE, "\"module\":\"other")));
        assertTrue(said.contains("says module 'other'; expected '" + MODULE + "'"), said);
        assertRuns("1.1.0");
        said = gateway.refused("bascule:deploy " + manifest("wrong", line(meter.endpoint(), "\"power=12:f32\"")));
        assertTrue(said.contains("line1") && said.contains("12:f32"), said);
        assertRuns("1.1.0");
    }

    @Test
    @Order(7)
    void afterAKillTheGenerationsVersionRunsItsDevices() throws IOException, InterruptedException {
        gateway.kill();
        gateway.boot();
        assertRuns("1.1.0");
    }

    @Test
    @Order(8)
    void theConfigurationAmongTheExamplesIsAnotherDevice() throws IOException, InterruptedException {
        String name = "io.bascule.wasm.driver-meter.cfg";
        gateway.put("etc/" + name, example(name).getBytes(StandardCharsets.UTF_8));
        gateway.await("its reading", () -> channel("meter/power")
                .filter(c -> text(c, "quality").equals("good"))
                .isPresent());
        assertEquals(2, module().get("instances").getAsInt());
    }

    @Test
    @Order(9)
    void theFirstGenerationComesBackAndLeavesNothingWhenTheModuleIsRemoved() throws IOException, InterruptedException {
        assertTrue(gateway.ok("bascule:rollback 1").contains("is current"));
        assertRuns("1.0.0");
        assertTrue(gateway.ok("bascule:deploy " + manifest("end", "\"remove\":true"))
                .contains("is current"));
        gateway.await("the device is gone", () -> device().size() == 0 && module().size() == 0);
        String grants = gateway.ok("bascule:grants");
        assertTrue(!grants.contains(MODULE), grants);
    }
}
