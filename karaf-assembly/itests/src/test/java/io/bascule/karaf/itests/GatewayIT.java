/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One boot of the distribution, shared by all tests; the last test ends it with SIGTERM. */
@Story
@Timeout(600)
class GatewayIT {

    private static final int ROWS = 22_695;
    private static final int FIRST = 1;
    private static final int LAST = 100;

    private Gateway gateway;

    @BeforeAll
    void boot() throws IOException, InterruptedException {
        gateway = Gateway.boot("shared", home -> {
            Gateway.replace(home.resolve("etc/io.bascule.driver.replay-machine.cfg"), "speed = 86400", "speed = 0");
            Files.writeString(home.resolve("etc/io.bascule.driver.simulator-press.cfg"), """
                    device = press
                    channels = speed=sine(period=10s,min=0,max=50)
                    scanPeriodMillis = 100
                    """);
        });
    }

    @AfterAll
    void close() {
        gateway.close();
    }

    @Test
    @Order(FIRST)
    void everyBundleIsActiveAndTheDemoFlowRuns() throws IOException, InterruptedException {
        for (String line : gateway.ok("bundle:list -t 0 -s --no-format --no-ellipsis")
                .lines()
                .toList()) {
            String[] cells = line.trim().split("\\s*[|\\t]\\s*", -1);
            if (cells.length >= 5 && cells[0].matches("\\d+")) {
                // The one fragment of the framework cannot be active.
                String expected = line.contains("org.apache.karaf.features.extension") ? "Resolved" : "Active";
                assertEquals(expected, cells[1], line);
            }
        }
        gateway.await("the demo flow runs", () -> gateway.flowState("machine-temperature")
                .equals("RUNNING"));
        assertEquals("READY", gateway.moduleState("trend-anomaly"));
    }

    @Test
    @Order(2)
    void theDemoRaisesAlertsInAtLeastThreeOfFourLabelledWindowsAndAtMostFiveOutside()
            throws IOException, InterruptedException {
        gateway.await(
                "every row has gone through the module",
                () -> gateway.stageCounter("machine-temperature", "anomaly", "readingsIn") >= ROWS
                        && gateway.stageCounter("machine-temperature", "anomaly", "queued") == 0);
        assertEquals(0, gateway.stageCounter("machine-temperature", "anomaly", "readingsDropped"));
        JsonArray windows = JsonParser.parseString(
                        Files.readString(gateway.home().resolve("demo/anomaly-windows.json")))
                .getAsJsonObject()
                .getAsJsonArray("machine_temperature_system_failure.csv");
        assertEquals(4, windows.size());
        JsonArray alerts =
                gateway.json("bascule:alert-list --all --limit 0 --json").getAsJsonArray();
        boolean[] isHit = new boolean[windows.size()];
        int outside = 0;
        for (JsonElement alert : alerts) {
            int window = windowOf(
                    windows, Instant.parse(alert.getAsJsonObject().get("time").getAsString()));
            if (window < 0) {
                outside++;
            } else {
                isHit[window] = true;
            }
        }
        int hit = 0;
        for (boolean is : isHit) {
            hit += is ? 1 : 0;
        }
        assertTrue(hit >= 3, hit + " of 4 windows hit: " + alerts);
        assertTrue(outside <= 5, outside + " alerts outside: " + alerts);
    }

    private static int windowOf(JsonArray windows, Instant time) {
        for (int i = 0; i < windows.size(); i++) {
            JsonArray window = windows.get(i).getAsJsonArray();
            if (!time.isBefore(instant(window.get(0))) && !time.isAfter(instant(window.get(1)))) {
                return i;
            }
        }
        return -1;
    }

    private static Instant instant(JsonElement text) {
        DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT);
        return LocalDateTime.parse(text.getAsString(), format).toInstant(ZoneOffset.UTC);
    }

    @Test
    @Order(3)
    void everythingListensOnTheLoopbackInterfaceOnly() throws IOException {
        List<String> listeners = Listeners.of(gateway.process().pid());
        assertTrue(listeners.size() >= 2, "at least ssh and http: " + listeners);
        for (String listener : listeners) {
            assertTrue(Listeners.isLoopback(listener), listener + " of " + listeners);
        }
    }

    @Test
    @Order(4)
    void thereIsNoDefaultPasswordAndTheGeneratedOneIsReadByItsOwnerOnly() throws IOException {
        for (String user : List.of("karaf", "admin", "bascule", "root")) {
            for (String password : List.of("-", "karaf", "admin", "password", "bascule", "root")) {
                assertThrows(IOException.class, () -> gateway.shell(user, password, "bascule:status"), user);
            }
        }
        Path users = gateway.home().resolve("etc/users.properties");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(users)));
        String secret = gateway.password();
        assertEquals(36, secret.length());
        assertFalse(Files.readString(gateway.home().resolve("console.log")).contains(secret));
        assertFalse(
                Files.readString(gateway.home().resolve("data/log/karaf.log")).contains(secret));
    }

    @Test
    @Order(5)
    void theWebConsoleWantsThePasswordAndShowsTheFormOfAModule() throws IOException, InterruptedException {
        assertEquals(401, console("/system/console/bundles", "").statusCode());
        assertEquals(401, console("/system/console/bundles", "admin:admin").statusCode());
        HttpResponse<String> form =
                console("/system/console/configMgr/trend-anomaly?post=true", "admin:" + gateway.password());
        assertEquals(200, form.statusCode(), form.body());
        assertTrue(form.body().contains("threshold"), form.body());
    }

    private HttpResponse<String> console(String path, String credentials) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.httpPort() + path))
                .timeout(Duration.ofSeconds(60));
        if (!credentials.isEmpty()) {
            String basic = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
            request.header("Authorization", "Basic " + basic);
        }
        if (path.endsWith("post=true")) {
            request.POST(HttpRequest.BodyPublishers.noBody());
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    @Order(6)
    void aModuleInTheDeployFolderIsInstalledUpdatedAndRemovedWithItsFile() throws IOException, InterruptedException {
        byte[] wasm = Files.readAllBytes(gateway.home().resolve("samples/unit-conversion-1.0.0.wasm"));
        // It asks for more than it may: it waits for a person, and the alert says what to do.
        gateway.put("deploy/unit-conversion-1.0.0.wasm", wasm);
        gateway.await("the refusal", () -> isAlert("asks for channel-read, channel-write, which it is not granted"));
        gateway.ok("bascule:grant unit-conversion channel-read '**'");
        gateway.ok("bascule:grant unit-conversion channel-write '**'");
        gateway.put("deploy/unit-conversion-1.0.0.wasm", wasm);
        gateway.await("the module is ready", () -> gateway.moduleState("unit-conversion")
                .equals("READY"));
        String before = digest("unit-conversion");
        gateway.put("deploy/unit-conversion-1.0.0.wasm", OddModules.changed(wasm));
        gateway.await(
                "the changed module is ready",
                () -> gateway.moduleState("unit-conversion").equals("READY")
                        && !digest("unit-conversion").equals(before));
        Files.delete(gateway.home().resolve("deploy/unit-conversion-1.0.0.wasm"));
        gateway.await(
                "the module is gone", () -> gateway.module("unit-conversion").isEmpty());
    }

    private boolean isAlert(String part) {
        try {
            return gateway.ok("bascule:alert-list --json --all --limit 0").contains(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the last deployment of a file of the deploy folder was committed. */
    private boolean isCommitted(String file) {
        try {
            for (JsonElement each : gateway.json("bascule:deployments --json").getAsJsonArray()) {
                JsonObject deployment = each.getAsJsonObject();
                if (deployment.get("name").getAsString().startsWith(file + " ")) {
                    return deployment.get("outcome").toString().equals("\"committed\"");
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String digest(String module) {
        return gateway.module(module).map(m -> m.get("digest").getAsString()).orElse("");
    }

    @Test
    @Order(7)
    void aModuleIsABundleForTheBundleCommands() throws IOException, InterruptedException {
        Path file = gateway.home().resolve("data/pid.wasm");
        Files.copy(gateway.home().resolve("samples/pid-1.0.0.wasm"), file);
        String output = gateway.ok("bundle:install -s wasm:" + file.toUri());
        String id = output.replaceAll("(?s).*Bundle IDs?: *(\\d+).*", "$1").trim();
        gateway.await("the module is ready", () -> gateway.moduleState("pid").equals("READY"));
        String before = digest("pid");
        Files.write(file, OddModules.changed(Files.readAllBytes(file)));
        gateway.ok("bundle:update " + id);
        gateway.await(
                "the update is ready",
                () -> gateway.moduleState("pid").equals("READY")
                        && !digest("pid").equals(before));
        gateway.ok("bundle:stop " + id);
        gateway.await("the module has stopped", () -> gateway.moduleState("pid").equals("INSTALLED"));
        gateway.ok("bundle:start " + id);
        gateway.await(
                "the module is ready again", () -> gateway.moduleState("pid").equals("READY"));
        gateway.ok("bundle:uninstall " + id);
        gateway.await("the module is gone", () -> gateway.module("pid").isEmpty());
    }

    @Test
    @Order(8)
    void theShellInstallsCallsAndRemovesAModule() throws IOException, InterruptedException {
        gateway.ok("bascule:module-install file:samples/moving-average-1.0.0.wasm");
        gateway.await("the module is ready", () -> gateway.moduleState("moving-average")
                .equals("READY"));
        assertTrue(gateway.ok("bascule:module-call moving-average test").contains("passed"));
        String output = gateway.ok("bascule:module-call moving-average process 20 21 22");
        assertTrue(output.matches("(?s).*[1-9]\\d* readings, .*"), output);
        gateway.ok("bascule:module-uninstall moving-average");
        assertTrue(gateway.module("moving-average").isEmpty());
    }

    @Test
    @Order(9)
    void aModuleWithAnUnknownImportIsRefusedAndTheShellSaysWhatIsMissingAndWhatIsOffered()
            throws IOException, InterruptedException {
        Path file = gateway.home().resolve("data/stranger.wasm");
        Files.write(file, OddModules.importing("stranger", "teleport"));
        Gateway.Answer answer = gateway.shell("bascule:module-install " + file.toUri());
        assertNotEquals(0, answer.code(), answer.output());
        assertTrue(answer.output().contains("teleport"), answer.output());
        assertFalse(answer.output().contains("\tat "), answer.output());
        if (gateway.module("stranger").isPresent()) {
            String info = gateway.ok("bascule:module-info stranger");
            assertTrue(info.contains("UNRESOLVED") && info.contains("teleport") && info.contains("emit"), info);
            gateway.ok("bascule:module-uninstall stranger");
        } else {
            assertTrue(answer.output().contains("emit"), answer.output());
        }
    }

    @Test
    @Order(10)
    void aHostileModuleIsContainedWhileTheNeighbourGoesOn() throws IOException, InterruptedException {
        gateway.put("etc/flows/neighbour.json", flow("neighbour", "trend-anomaly"));
        gateway.await("the neighbour runs", () -> gateway.flowState("neighbour").equals("RUNNING"));
        gateway.put("deploy/hostile-1.0.0.wasm", OddModules.endless("hostile"));
        // Without traffic it passes its trial; with traffic the trial would take it away again.
        gateway.await("its deployment is committed", () -> isCommitted("hostile-1.0.0.wasm"));
        gateway.put("etc/flows/victim.json", flow("victim", "hostile"));
        gateway.await("the hostile module has been stopped several times", () -> faults() >= 2);
        long before = gateway.stageCounter("neighbour", "work", "readingsIn");
        gateway.await(
                "the neighbour goes on", () -> gateway.stageCounter("neighbour", "work", "readingsIn") > before + 20);
        assertEquals(0, gateway.stageCounter("neighbour", "work", "faults"));
        assertEquals(0, gateway.stageCounter("neighbour", "work", "readingsDropped"));
        String info = gateway.ok("bascule:module-info hostile");
        assertTrue(info.contains("Reason"), info);
        Files.delete(gateway.home().resolve("etc/flows/victim.json"));
        Files.delete(gateway.home().resolve("deploy/hostile-1.0.0.wasm"));
        gateway.await(
                "the hostile module is gone", () -> gateway.module("hostile").isEmpty());
        Files.delete(gateway.home().resolve("etc/flows/neighbour.json"));
        gateway.await("the neighbour is gone", () -> gateway.flow("neighbour").isEmpty());
    }

    private long faults() {
        return gateway.module("hostile").map(m -> m.get("faults").getAsLong()).orElse(0L);
    }

    private static byte[] flow(String name, String module) {
        return """
                {"name":"%s","stages":[
                  {"id":"in","type":"channels","channels":["press/speed"]},
                  {"id":"work","type":"module","module":"%s","queue":{"capacity":64,"overflow":"drop-oldest"}}],
                 "edges":[{"from":"in","to":"work"}]}
                """.formatted(name, module).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    @Order(11)
    void aChangedConfigurationFileHoldsWithoutARestart() throws IOException, InterruptedException {
        assertTrue(gateway.find("bascule:channel-list --json", "press/heat").isEmpty());
        gateway.put("etc/io.bascule.driver.simulator-press.cfg", """
                device = press
                channels = speed=sine(period=10s,min=0,max=50);heat=constant(value=42)
                scanPeriodMillis = 100
                """.getBytes(StandardCharsets.UTF_8));
        gateway.await("the new channel has a value", () -> gateway.find("bascule:channel-list --json", "press/heat")
                .filter(c -> c.get("value").getAsDouble() == 42)
                .isPresent());
    }

    @Test
    @Order(12)
    void aGrantIsInForceAtOnceAndKeptInItsFile() throws IOException {
        gateway.ok("bascule:grant somebody channel-write 'press/*'");
        assertTrue(gateway.ok("bascule:grants somebody").contains("press/*"));
        assertTrue(Files.readString(gateway.home().resolve("etc/io.bascule.security.grants.cfg"))
                .contains("somebody.channel-write"));
        gateway.ok("bascule:revoke somebody channel-write");
        assertNotEquals(
                0, gateway.shell("bascule:revoke somebody channel-write").code());
    }

    @Test
    @Order(13)
    void aFlowDefinitionIsCheckedWithAllItsProblemsAtOnce() throws IOException {
        Path file = gateway.home().resolve("data/wrong.json");
        Files.writeString(file, """
                {"name":"wrong","stages":[{"id":"a","type":"module","module":"nobody"},
                 {"id":"b","type":"warp"}],"edges":[{"from":"a","to":"b"},{"from":"b","to":"a"}]}
                """);
        Gateway.Answer answer = gateway.shell("bascule:flow-validate data/wrong.json");
        assertNotEquals(0, answer.code());
        assertTrue(answer.output().contains("nobody"), answer.output());
        assertTrue(answer.output().contains("warp"), answer.output());
        assertTrue(gateway.ok("bascule:flow-validate machine-temperature").contains("is valid"));
    }

    @Test
    @Order(14)
    void theStatusIsMachineReadable() throws IOException {
        JsonObject status = gateway.json("bascule:status --json").getAsJsonObject();
        assertTrue(status.getAsJsonObject("alerts").get("raised").getAsLong() > 0, status.toString());
        assertTrue(status.getAsJsonObject("flows").get("running").getAsLong() >= 1, status.toString());
    }

    @Test
    @Order(15)
    void theSamplesAreAFeatureThatInstallsFromTheSystemFolder() throws IOException, InterruptedException {
        List<String> samples = List.of("modbus-rtu-decoder", "moving-average", "pid", "unit-conversion");
        gateway.ok("feature:install bascule-samples");
        for (String sample : samples) {
            gateway.await(
                    sample + " is ready", () -> gateway.moduleState(sample).equals("READY"));
        }
        String bundles = gateway.ok("bundle:list -t 0 -l --no-format --no-ellipsis");
        for (String sample : samples) {
            assertTrue(bundles.matches("(?s).*wasm:mvn:io\\.bascule/[^ \n]*/wasm/" + sample + "\\s.*"), bundles);
        }
        gateway.ok("feature:uninstall bascule-samples");
        for (String sample : samples) {
            gateway.await(sample + " is gone", () -> gateway.module(sample).isEmpty());
        }
        assertEquals("READY", gateway.moduleState("trend-anomaly"));
    }

    @Test
    @Order(16)
    void aKeyThatNothingReadsIsAWarningWithTheKeysThatThereAre() throws IOException, InterruptedException {
        gateway.put("etc/io.bascule.alert.registry.cfg", "capasity = 500\n".getBytes(StandardCharsets.UTF_8));
        gateway.await("the warning", () -> log().stream()
                .anyMatch(l -> l.contains("WARN") && l.contains("[capasity]") && l.contains("[capacity]")));
        Files.delete(gateway.home().resolve("etc/io.bascule.alert.registry.cfg"));
    }

    private List<String> log() {
        try {
            return Files.readAllLines(gateway.home().resolve("data/log/karaf.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Order(LAST)
    void asAServiceWithoutTerminalItRunsUntilSigtermAndThenEndsWithinTenSecondsAndLosesNothing()
            throws IOException, InterruptedException {
        // The stage waits long for more readings, so at SIGTERM it holds some that the flow accepted.
        gateway.put("etc/flows/patient.json", """
                {"name":"patient","stages":[
                  {"id":"in","type":"channels","channels":["press/speed"]},
                  {"id":"work","type":"module","module":"trend-anomaly","batch":{"size":1024,"millis":60000},
                   "queue":{"capacity":64,"overflow":"block"}}],
                 "edges":[{"from":"in","to":"work"}]}
                """.getBytes(StandardCharsets.UTF_8));
        gateway.await(
                "readings have been sent to the stage",
                () -> gateway.stageCounter("patient", "work", "readingsIn") >= 20);
        assertEquals(0, gateway.stageCounter("patient", "work", "readingsOut"));
        // Its standard input was at its end before it started.
        assertTrue(gateway.process().isAlive());
        long millis = gateway.terminate(Duration.ofSeconds(10));
        assertTrue(millis < 10_000, millis + " ms");
        for (String flow : List.of("machine-temperature", "patient")) {
            List<String> told = log().stream()
                    .filter(l -> l.contains("flow=" + flow + " ended with the engine"))
                    .toList();
            assertEquals(1, told.size(), () -> flow + ": " + gateway.logTail());
            assertTrue(told.get(0).matches(".*readings dropped by that: 0\\s*"), told.get(0));
        }
        assertFalse(log().stream().anyMatch(l -> l.contains("did not stop in time")), gateway.logTail());
    }
}
