/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static io.bascule.karaf.itests.MortalGateway.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpServer;
import io.bascule.testkit.FreePort;
import io.bascule.testkit.NpmPackages;
import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every driver's feature, and that of the external store, started in the distribution together, each with a device. Those that the
 * distribution does not carry are put into its system folder, as somebody without a network does.
 */
@Story
@Timeout(900)
class DriverFeaturesIT {

    private static final List<String> FEATURES = List.of(
            "bascule-driver-modbus",
            "bascule-driver-http",
            "bascule-driver-mqtt",
            "bascule-driver-coap",
            "bascule-driver-gpio",
            "bascule-driver-opcua",
            "bascule-store-postgresql");

    /** With a real peer, in this process or in the gateway's. */
    private static final List<String> CONNECTED = List.of("meter", "boiler", "lamp", "panel", "press");

    /** Where nobody listens. */
    private static final List<String> AWAY = List.of("room", "plc");

    private static final Path NPM =
            Path.of("../../device-drivers/opcua/src/test/npm").toAbsolutePath().normalize();

    private MortalGateway gateway;
    private ModbusPeer meter;
    private HttpServer boiler;
    private PeerProcess plc;
    private PostgresPeer database;

    @BeforeAll
    void boot() throws IOException, InterruptedException {
        meter = new ModbusPeer();
        boiler = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        boiler.createContext("/state", exchange -> {
            byte[] body = "{\"t\":61.5}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        boiler.start();
        gateway = MortalGateway.unpack("features", home -> {
            Path broker = home.resolve("etc/io.bascule.connectors.broker.cfg");
            String configured = Files.readString(broker);
            MortalGateway.prepare(home, "count=counter(start=1)", 100);
            Files.writeString(broker, configured);
            copyRepository(home.resolve("system"));
            writeDevices(home.resolve("etc"), portOf(configured));
        });
        gateway.boot();
        for (String feature : FEATURES) {
            gateway.ok("feature:install " + feature);
        }
    }

    @AfterAll
    void close() throws IOException {
        if (gateway != null) {
            gateway.close();
        }
        if (plc != null) {
            plc.close();
        }
        if (database != null) {
            database.close();
        }
        boiler.stop(0);
        meter.close();
    }

    private static String portOf(String configuration) {
        return configuration
                .lines()
                .filter(line -> line.startsWith("port = "))
                .map(line -> line.substring("port = ".length()).strip())
                .findFirst()
                .orElseThrow();
    }

    /** What the build put aside, in the layout of a Maven repository. */
    private static void copyRepository(Path system) throws IOException {
        Path from = Path.of(System.getProperty("bascule.repository"));
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = system.resolve(from.relativize(file));
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
    }

    private void writeDevices(Path etc, String broker) throws IOException {
        device(etc, "modbus", "meter", """
                host = 127.0.0.1
                port = %d
                channels = asked=input:0
                scanPeriodMillis = 50
                """.formatted(meter.port()));
        device(etc, "http", "boiler", """
                baseUrl = http://127.0.0.1:%d
                channels = temperature=/state(pointer=/t,unit=degC)
                scanPeriodMillis = 200
                """.formatted(boiler.getAddress().getPort()));
        device(etc, "mqtt", "lamp", """
                broker = tcp://127.0.0.1:%s
                channels = on=lamp/state(type=bool,on=ON,off=OFF,writeTopic=lamp/state,writeRetained=true)
                """.formatted(broker));
        device(etc, "gpio", "panel", "channels = button=in:17(pull=up,activeLow=true); led=out:18(readBack=true)\n");
        device(etc, "coap", "room", """
                host = 127.0.0.1
                port = %d
                channels = temperature=/t
                timeoutMillis = 500
                """.formatted(FreePort.tcp()));
        device(etc, "opcua", "plc", """
                endpoint = opc.tcp://127.0.0.1:%d/test
                securityPolicy = none
                channels = temperature="nsu=http://bascule.test/machine;s=Temperature"
                retryMaxMillis = 1000
                """.formatted(FreePort.tcp()));
    }

    private static void device(Path etc, String driver, String name, String settings) throws IOException {
        Files.writeString(
                etc.resolve("io.bascule.driver." + driver + "-" + name + ".cfg"), "device = " + name + "\n" + settings);
    }

    private JsonObject device(String name) {
        return gateway.list("bascule:device-list --json").stream()
                .filter(d -> text(d, "name").equals(name))
                .findFirst()
                .orElse(new JsonObject());
    }

    private boolean isGood(String channel) {
        return gateway.list("bascule:channel-list --json").stream()
                .anyMatch(c ->
                        text(c, "name").equals(channel) && text(c, "quality").equals("good"));
    }

    @Test
    @Order(1)
    void everyFeatureInstallsWithoutANetworkAndItsBundlesStart() throws IOException {
        List<String> bundles = gateway.ok("bundle:list -t 0 -s --no-format --no-ellipsis")
                .lines()
                .filter(line -> line.contains("io.bascule.") || line.contains("postgresql"))
                .toList();
        for (String name : List.of("driver.modbus", "driver.http", "driver.mqtt", "driver.coap", "driver.gpio")) {
            assertTrue(bundles.stream().anyMatch(b -> b.contains("io.bascule." + name)), name + " of " + bundles);
        }
        for (String name : List.of("io.bascule.driver.opcua", "io.bascule.connectors.postgresql", "org.postgresql")) {
            assertTrue(bundles.stream().anyMatch(b -> b.contains(name)), name + " of " + bundles);
        }
        bundles.forEach(bundle -> assertTrue(bundle.contains("Active"), bundle));
    }

    /** INV-17: a bundle that imports optionally what a feature brings would be restarted with all that need it. */
    @Test
    @Order(1)
    void installingAFeatureRestartsNothing() throws IOException {
        List<String> said = gateway.log().stream()
                .filter(line -> line.contains("FeaturesServiceImpl"))
                .toList();
        assertTrue(said.stream().anyMatch(line -> line.contains("Starting bundles")), said.toString());
        List<String> restarted = said.stream()
                .dropWhile(line -> !line.contains("Refreshing bundles") && !line.contains("Stopping bundles"))
                .toList();
        assertEquals(List.of(), restarted);
    }

    @Test
    @Order(2)
    void everyDriverIsAModuleThatRunsItsDevice() throws IOException, InterruptedException {
        for (String name : CONNECTED) {
            gateway.await(
                    name + " is connected", () -> text(device(name), "state").equals("connected"));
        }
        for (String channel : List.of("meter/asked", "boiler/temperature", "panel/led", "press/count")) {
            gateway.await(channel + " is good", () -> isGood(channel));
        }
        gateway.ok("bascule:channel-write panel/led true");
        gateway.ok("bascule:channel-write lamp/on true");
        gateway.await("what was written came back by the broker", () -> isGood("lamp/on"));
        List<String> ready = gateway.list("bascule:module-list --json").stream()
                .filter(m ->
                        text(m, "world").equals("driver") && text(m, "state").equals("READY"))
                .map(m -> text(m, "name"))
                .toList();
        assertTrue(
                ready.containsAll(List.of("modbus", "http", "mqtt", "coap", "gpio", "opcua", "simulator")),
                ready.toString());
    }

    @Test
    @Order(3)
    void aDeviceThatIsNotThereHasAReasonThatAPersonUnderstands() throws IOException, InterruptedException {
        for (String name : AWAY) {
            gateway.await(
                    name + " was tried",
                    () -> device(name).has("attemptsFailed")
                            && device(name).get("attemptsFailed").getAsLong() > 0);
            JsonObject device = device(name);
            assertFalse(text(device, "state").equals("connected"), device.toString());
            assertTrue(text(device, "reason").contains("127.0.0.1"), device.toString());
            assertFalse(text(device, "reason").contains("Error"), device.toString());
        }
    }

    @Test
    @Order(4)
    void theComponentsAreSatisfied() throws IOException {
        List<String> waiting = gateway.ok("scr:list")
                .lines()
                .filter(line -> line.contains("io.bascule.")
                        && line.toLowerCase(java.util.Locale.ROOT).contains("unsatisfied reference"))
                .toList();
        assertEquals(List.of(), waiting);
    }

    @Test
    @Order(5)
    void opcUaReadsAServer() throws IOException, InterruptedException {
        NpmPackages.install(NPM);
        String endpoint = Files.readAllLines(gateway.home().resolve("etc/io.bascule.driver.opcua-plc.cfg")).stream()
                .filter(line -> line.startsWith("endpoint"))
                .findFirst()
                .orElseThrow();
        String port = endpoint.replaceAll(".*:(\\d+)/.*", "$1");
        Path folder = Files.createDirectories(gateway.home().resolve("data/plc"));
        plc = PeerProcess.start(
                folder,
                List.of(
                        PeerProgram.find("node", "nodejs npm").toString(),
                        NPM.resolve("server.cjs").toString(),
                        port,
                        folder.resolve("pki").toString(),
                        "open"));
        plc.awaitLine("listening");
        gateway.await("the server's value", () -> isGood("plc/temperature"));
        assertTrue(gateway.ok("bascule:device-browse plc").contains("Machine"));
    }

    @Test
    @Order(6)
    void readingsAreStoredInAServerAndReadFromIt() throws IOException, InterruptedException {
        database = PostgresPeer.start();
        gateway.put("etc/io.bascule.store.postgresql.cfg", """
                host = 127.0.0.1
                port = %d
                database = postgres
                user = %s
                tls = disable
                """.formatted(database.port(), PostgresPeer.USER)
                .getBytes(StandardCharsets.UTF_8));
        gateway.put("etc/flows/keep.json", """
                {"name":"keep","stages":[
                  {"id":"in","type":"channels","channels":["press/*"]},
                  {"id":"keep","type":"store","onFault":"retry"}],
                 "edges":[{"from":"in","to":"keep"}]}
                """.getBytes(StandardCharsets.UTF_8));
        gateway.await("stored readings", () -> stored() > 10);
        gateway.await("that they are read back", () -> shell("bascule:store-read --from 1h --limit 5 press/count")
                .contains("More follow"));
    }

    /** Asks the server itself; there are no tables yet when nothing was stored. */
    private long stored() {
        boolean isMissing =
                database.query("select to_regclass('bascule.reading') is null").equals("t");
        return isMissing ? 0 : Long.parseLong(database.query("select count(*) from bascule.reading"));
    }

    private String shell(String command) {
        try {
            return gateway.shell(command).output();
        } catch (IOException e) {
            throw new AssertionError("the shell does not answer '" + command + "'", e);
        }
    }

    @Test
    @Order(7)
    void theLogHasNoError() throws IOException {
        // Pi4J looks for a Raspberry Pi whatever its back end is, and takes it hard that this is none.
        List<String> errors = gateway.log().stream()
                .filter(line -> line.contains("| ERROR |") && !line.contains("| Board"))
                .toList();
        assertEquals(List.of(), errors);
        List<String> missing = gateway.log().stream()
                .filter(line ->
                        line.startsWith("\tat ") || line.contains("ClassNotFound") || line.contains("NoClassDefFound"))
                .toList();
        assertEquals(List.of(), missing);
    }

    /** Installed from its feature, not with the distribution's start: the deployment takes it over all the same. */
    @Test
    @Order(8)
    void aDriverOfAFeatureIsUpdatedWithItsDevicesAndABrokenVersionIsRolledBack()
            throws IOException, InterruptedException {
        DriverJar jar = DriverJar.of(gateway.home(), "io.bascule.driver.modbus");
        Path incoming = Files.createDirectories(gateway.home().resolve("incoming"));
        int before = meter.connections();
        String said =
                gateway.ok("bascule:deploy --trial 3s " + jar.write(incoming.resolve("modbus-1.1.0.jar"), "1.1.0"));
        assertTrue(said.contains("is current"), said);
        assertEquals("1.1.0", version());
        awaitMoreReadings();
        assertTrue(meter.connections() > before, "the new version has not connected by itself");
        String broken = gateway.refused("bascule:deploy --trial 30s "
                + jar.write(incoming.resolve("modbus-1.2.0.jar"), "1.2.0", "io/bascule/driver/modbus/ModbusDriver"));
        assertTrue(broken.contains("meter"), broken);
        assertEquals("1.1.0", version());
        awaitMoreReadings();
        gateway.ok("bascule:deploy --trial 3s " + jar.write(incoming.resolve("modbus-1.3.0.jar"), "1.3.0"));
        assertEquals("1.3.0", version());
        assertTrue(gateway.ok("bascule:rollback").contains("is current"));
        assertEquals("1.1.0", version());
        awaitMoreReadings();
    }

    private String version() {
        return gateway.list("bascule:module-list --json").stream()
                .filter(m ->
                        text(m, "name").equals("modbus") && !text(m, "state").equals("INSTALLED"))
                .map(m -> text(m, "version"))
                .findFirst()
                .orElse("");
    }

    private void awaitMoreReadings() throws InterruptedException {
        gateway.await("meter is connected", () -> text(device("meter"), "state").equals("connected"));
        long before = device("meter").get("readings").getAsLong();
        gateway.await(
                "more readings",
                () -> device("meter").has("readings")
                        && device("meter").get("readings").getAsLong() > before + 10);
        assertTrue(isGood("meter/asked"));
    }
}
