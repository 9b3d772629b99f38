/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static io.bascule.karaf.itests.MortalGateway.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.bascule.api.module.ModuleKind;
import io.bascule.testkit.fixture.Flavour;
import io.bascule.testkit.fixture.ModuleFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One gateway and, for each kind of module, a module through which data flows all the time: {@code line-native} and
 * {@code line-wasm}, deployed in a good version, each in a flow of the same name with a stage {@code work}.
 */
final class DeploymentRig implements AutoCloseable {

    final MortalGateway gateway;
    private final Path incoming;
    private final AtomicInteger number = new AtomicInteger();

    DeploymentRig() throws IOException, InterruptedException {
        gateway = MortalGateway.unpack("deployments", home -> {
            // Eight readings every 20 ms: a trial sees hundreds within a second.
            StringBuilder channels = new StringBuilder();
            for (int i = 0; i < 8; i++) {
                channels.append(i == 0 ? "" : ";").append("c").append(i).append("=sine(period=10s,min=1,max=50)");
            }
            MortalGateway.prepare(home, channels.toString(), 20);
            // A module that never gets through its start is given up sooner than after a minute.
            Files.writeString(home.resolve("etc/io.bascule.lifecycle.cfg"), "startTimeoutMillis = 15000\n");
            for (ModuleKind kind : ModuleKind.values()) {
                Files.write(home.resolve("etc/flows/" + line(kind) + ".json"), flow(line(kind)));
            }
        });
        incoming = Files.createDirectories(gateway.home().resolve("incoming"));
        boolean isReady = false;
        try {
            gateway.boot();
            for (ModuleKind kind : ModuleKind.values()) {
                deploy(file(kind, "1.0.0", Flavour.GOOD), "--trial 0s");
                awaitData(kind);
            }
            isReady = true;
        } finally {
            if (!isReady) {
                gateway.close();
            }
        }
    }

    static String line(ModuleKind kind) {
        return "line-" + kind.name().toLowerCase(Locale.ROOT);
    }

    static byte[] flow(String module) {
        return """
                {"name":"%s","stages":[
                  {"id":"in","type":"channels","channels":["press/*"]},
                  {"id":"work","type":"module","module":"%s","queue":{"capacity":65536,"overflow":"reject"}}],
                 "edges":[{"from":"in","to":"work"}]}
                """.formatted(module, module).getBytes(StandardCharsets.UTF_8);
    }

    Path incoming() {
        return incoming;
    }

    /** A version that was never there before: the framework and the history have each version once. */
    String nextVersion() {
        return "2." + number.incrementAndGet() + ".0";
    }

    Path file(ModuleKind kind, String version, Flavour flavour) throws IOException {
        return ModuleFixture.write(incoming, kind, line(kind), version, flavour);
    }

    /** A manifest of one module whose trial lasts so many seconds and goes by the rules that hold when nothing is said. */
    Path trial(ModuleKind kind, String version, Flavour flavour, int seconds) throws IOException {
        Path file = file(kind, version, flavour);
        return Files.writeString(incoming.resolve(file.getFileName() + ".json"), """
                {"bascule":"deployment/1","name":"%s","modules":[{"name":"%s","url":"%s"}],
                 "trial":{"seconds":%d}}
                """.formatted(
                        file.getFileName(), line(kind), file.getFileName(), seconds));
    }

    /** Deploys what must get through; returns what the command said. */
    String deploy(Path file, String options) throws IOException {
        String said = gateway.ok("bascule:deploy " + options + " " + file);
        assertTrue(said.contains("is current"), said);
        return said;
    }

    /** The current generation. */
    JsonObject current() {
        return gateway.list("bascule:generations --json").stream()
                .filter(each -> each.get("current").getAsBoolean())
                .findFirst()
                .orElseThrow();
    }

    int generation() {
        return current().get("number").getAsInt();
    }

    /** What the current generation says of a module. */
    Optional<JsonObject> committed(String module) {
        return MortalGateway.objects(current().get("modules")).stream()
                .filter(each -> text(each, "name").equals(module))
                .findFirst();
    }

    String committedVersion(ModuleKind kind) {
        return committed(line(kind)).map(each -> text(each, "version")).orElse("");
    }

    /** The versions of a module that the service registry view shows. */
    List<JsonObject> versions(String module) {
        return gateway.list("bascule:service-list --json " + module);
    }

    /** Asserts that exactly one version of a module is there, ready, and has all the traffic. */
    void assertAlone(ModuleKind kind, String version) throws InterruptedException {
        gateway.await(
                line(kind) + " " + version + " alone",
                () -> versions(line(kind)).size() == 1);
        JsonObject only = versions(line(kind)).get(0);
        assertEquals(version, text(only, "version"));
        assertEquals("READY", text(only, "state"), only.toString());
        assertEquals("100 %", text(only, "share"), only.toString());
        assertEquals(committed(line(kind)).map(each -> text(each, "digest")).orElse(""), digestInLocation(only));
    }

    /** A managed bundle's location ends with the digest of what was deployed. */
    private static String digestInLocation(JsonObject service) {
        String location = text(service, "location");
        assertTrue(location.startsWith("bascule:"), location);
        return location.substring(location.lastIndexOf('/') + 1);
    }

    long counter(ModuleKind kind, String counter) {
        return gateway.counter(line(kind), "work", counter);
    }

    /** Waits until readings come through the module and nothing stands in its way. */
    void awaitData(ModuleKind kind) throws InterruptedException {
        long before = counter(kind, "readingsOut");
        gateway.await("data through " + line(kind), () -> counter(kind, "readingsOut") > Math.max(0, before) + 50);
    }

    /** The newest entry of the history. */
    JsonObject lastEntry() {
        return gateway.list("bascule:history --json --limit 1").get(0);
    }

    /** A deployment that waits, runs or has ended lately. */
    JsonObject deployment(long id) {
        return gateway.list("bascule:deployments --json").stream()
                .filter(each -> each.get("id").getAsLong() == id)
                .findFirst()
                .orElseThrow();
    }

    /** Submits without waiting and returns the number. */
    long submit(Path file, String options) throws IOException {
        String said = gateway.ok("bascule:deploy --no-wait " + options + " " + file);
        return Long.parseLong(said.replaceAll("(?s).*Deployment (\\d+):.*", "$1"));
    }

    JsonObject awaitEnd(long id) throws InterruptedException {
        gateway.await("the end of deployment " + id, () -> !text(deployment(id), "outcome")
                .isEmpty());
        return deployment(id);
    }

    @Override
    public void close() {
        gateway.close();
    }
}
