/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static io.bascule.karaf.itests.MortalGateway.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The simulator's bundle as a module of the distribution: updated, rolled back and restarted while its channels are read. */
@Story
@Timeout(600)
class DriverModuleIT {

    private static final String BUNDLE = "io.bascule.driver.simulator";
    private static final String PRESS = BUNDLE + "~press";
    private static final String OVEN = BUNDLE + "~oven";

    private MortalGateway gateway;
    private DriverJar jar;
    private Path incoming;

    @BeforeAll
    void boot() throws IOException, InterruptedException {
        gateway = MortalGateway.unpack("drivers", home -> {
            MortalGateway.prepare(home, "count=counter(start=0,step=1);goal=setpoint(initial=1)", 20);
            Files.writeString(home.resolve("etc/io.bascule.lifecycle.cfg"), "startTimeoutMillis = 15000\n");
            Files.writeString(home.resolve("etc/flows/watch.json"), """
                    {"name":"watch","stages":[
                      {"id":"in","type":"channels","channels":["press/*"]},
                      {"id":"out","type":"log","config":{"perSecond":1}}],
                     "edges":[{"from":"in","to":"out"}]}
                    """);
        });
        jar = DriverJar.of(gateway.home(), BUNDLE);
        incoming = Files.createDirectories(gateway.home().resolve("incoming"));
        gateway.boot();
        awaitReadings();
    }

    @AfterAll
    void close() {
        gateway.close();
    }

    private JsonObject module() {
        return gateway.list("bascule:module-list --json").stream()
                .filter(m ->
                        text(m, "name").equals("simulator") && !text(m, "state").equals("INSTALLED"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the simulator is no module that runs"));
    }

    private JsonObject device(String name) {
        return gateway.list("bascule:device-list --json").stream()
                .filter(d -> text(d, "name").equals(name))
                .findFirst()
                .orElse(new JsonObject());
    }

    private void awaitConnected(String name) throws InterruptedException {
        gateway.await(name + " is connected", () -> text(device(name), "state").equals("connected"));
    }

    /** Waits until more readings of the device went through the flow. */
    private void awaitReadings() throws InterruptedException {
        awaitConnected("press");
        long before = gateway.counter("watch", "out", "readingsIn");
        gateway.await("readings", () -> gateway.counter("watch", "out", "readingsIn") > Math.max(0, before) + 10);
    }

    private String deploy(Path file, String options) throws IOException {
        return gateway.ok("bascule:deploy " + options + " " + file);
    }

    private Path version(String version, String... missing) throws IOException {
        return jar.write(incoming.resolve("simulator-" + version + "-" + missing.length + ".jar"), version, missing);
    }

    @Test
    @Order(1)
    void aDriverIsAModuleWithItsDevices() throws IOException {
        JsonObject simulator = module();
        assertEquals("READY", text(simulator, "state"), simulator.toString());
        assertEquals("driver", text(simulator, "world"));
        assertEquals(1, simulator.get("instances").getAsInt());
        assertTrue(simulator.get("calls").getAsLong() > 0, simulator.toString());
        String info = gateway.ok("bascule:module-info simulator");
        assertTrue(info.contains("press") && info.contains("connected") && info.contains("driver"), info);
        assertEquals(PRESS, text(device("press"), "pid"));
        assertTrue(gateway.refused("bascule:pause simulator").contains("is a driver"));
    }

    @Test
    @Order(2)
    void anUpdateStopsTheDevicesAndStartsThemAgain() throws IOException, InterruptedException {
        long in = gateway.counter("watch", "out", "readingsIn");
        String said = deploy(version("1.1.0"), "--trial 3s");
        assertTrue(said.contains("is current"), said);
        assertEquals("1.1.0", text(module(), "version"));
        awaitReadings();
        assertTrue(gateway.counter("watch", "out", "readingsIn") > in);
        assertEquals(0, gateway.counter("watch", "out", "faults"));
        assertEquals(1, device("press").get("connections").getAsLong());
    }

    @Test
    @Order(3)
    void aBrokenVersionIsRolledBackAndTheDevicesComeBack() throws IOException, InterruptedException {
        String broken = gateway.refused(
                "bascule:deploy --trial 30s " + version("1.2.0", "io/bascule/driver/simulator/SimulatedDevice"));
        assertTrue(broken.contains("press") && broken.contains("is refused"), broken);
        assertEquals("1.1.0", text(module(), "version"));
        awaitReadings();
        String silent = gateway.refused(
                "bascule:deploy --trial 3s " + version("1.3.0", "OSGI-INF/io.bascule.driver.simulator.xml"));
        assertTrue(silent.contains("press") || silent.contains(PRESS), silent);
        assertEquals("1.1.0", text(module(), "version"));
        awaitReadings();
        List<JsonObject> history = gateway.list("bascule:history --json --limit 2");
        history.forEach(each -> assertEquals("rolled-back", text(each, "outcome"), each.toString()));
    }

    @Test
    @Order(4)
    void aWriteWhileTheDriverIsAwayIsRefusedWithTheReason() throws IOException, InterruptedException {
        gateway.ok("bascule:channel-write press/goal 7");
        gateway.ok("bascule:module-stop simulator");
        String refused = gateway.refused("bascule:channel-write press/goal 8");
        assertTrue(refused.contains("not-connected") && refused.contains("its driver does not run"), refused);
        gateway.ok("bascule:module-start simulator");
        awaitConnected("press");
        gateway.ok("bascule:channel-write press/goal 9");
    }

    @Test
    @Order(5)
    void devicesComeAndGoWithTheManifest() throws IOException, InterruptedException {
        Path driver = version("1.4.0");
        Path manifest = Files.writeString(incoming.resolve("line.json"), """
                {"bascule":"deployment/1","name":"line","trial":{"seconds":3},"modules":[
                  {"name":"simulator","url":"%s","configuration":{"%s":
                    {"device":"oven","channels":["heat=sine(period=10s,min=0,max=9)"],"scanPeriodMillis":50}}}]}
                """.formatted(driver.getFileName(), OVEN));
        String said = deploy(manifest, "");
        assertTrue(said.contains("is current"), said);
        awaitConnected("oven");
        awaitConnected("press");
        assertEquals(OVEN, text(device("oven"), "pid"));
        String wrong = gateway.refused(
                "bascule:deploy " + Files.writeString(incoming.resolve("wrong.json"), """
                        {"bascule":"deployment/1","name":"wrong","trial":{"seconds":3},"modules":[
                          {"name":"simulator","configuration":{"%s":{"device":"oven","channels":["heat=nothing()"]}}}]}
                        """.formatted(OVEN)));
        assertTrue(wrong.contains("oven") && wrong.contains("nothing"), wrong);
        awaitConnected("oven");
        assertTrue(gateway.ok("bascule:rollback").contains("is current"));
        gateway.await("the oven is gone", () -> device("oven").size() == 0);
        awaitReadings();
        assertEquals("1.1.0", text(module(), "version"));
    }

    @Test
    @Order(6)
    void aChannelListIsExportedAndImported() throws IOException, InterruptedException {
        gateway.ok("bascule:channel-export press data/press.csv");
        Path list = gateway.home().resolve("data/press.csv");
        assertTrue(Files.readString(list).startsWith("name,address"), Files.readString(list));
        Files.writeString(list, Files.readString(list) + "wave,square" + ",".repeat(commas(list)) + "\r\n");
        gateway.ok("bascule:channel-import --check press data/press.csv");
        gateway.ok("bascule:channel-import press data/press.csv");
        gateway.await("the new channel", () -> channel("press/wave"));
        awaitReadings();
        Path wrong = gateway.home().resolve("data/wrong.csv");
        Files.writeString(wrong, "name,address\nx,nowhere\n");
        String refused = gateway.refused("bascule:channel-import press data/wrong.csv");
        assertTrue(refused.contains("line 2") && refused.contains("nowhere"), refused);
        assertTrue(channel("press/wave"));
    }

    private static int commas(Path list) throws IOException {
        String header = Files.readAllLines(list, StandardCharsets.UTF_8).get(0);
        return (int) header.chars().filter(c -> c == ',').count() - 1;
    }

    private boolean channel(String name) {
        return gateway.list("bascule:channel-list --json").stream()
                .anyMatch(
                        c -> text(c, "name").equals(name) && text(c, "quality").equals("good"));
    }

    /** The bundle of the distribution starts with the framework, too, and makes way. */
    @Test
    @Order(7)
    void afterAKillTheManagedVersionRunsTheDevices() throws IOException, InterruptedException {
        gateway.kill();
        gateway.boot();
        awaitReadings();
        gateway.await("the managed version", () -> text(module(), "version").equals("1.1.0"));
        gateway.await(
                "one version that runs",
                () -> gateway.list("bascule:module-list --json").stream()
                                .filter(m -> text(m, "name").equals("simulator")
                                        && !text(m, "state").equals("INSTALLED"))
                                .count()
                        == 1);
        awaitReadings();
        assertEquals("", text(module(), "reason"));
    }

    @Test
    @Order(8)
    void theExamplesAreRight() throws IOException, InterruptedException {
        for (String example : List.of("simulator-press1", "replay-recording", "modbus-meter")) {
            String name = "io.bascule.driver." + example + ".cfg";
            Path file = gateway.home().resolve("examples").resolve(name);
            if (example.startsWith("modbus")) {
                gateway.ok("feature:install bascule-driver-modbus");
            }
            gateway.put("etc/" + name, Files.readAllBytes(file));
            String line = Files.readAllLines(file).stream()
                    .filter(l -> l.startsWith("device"))
                    .findFirst()
                    .orElseThrow();
            String device = line.substring(line.indexOf('=') + 1).strip();
            gateway.await(name + " makes a device", () -> device(device).size() > 0);
            assertNotEquals(
                    "refused", text(device(device), "state"), device(device).toString());
        }
    }
}
