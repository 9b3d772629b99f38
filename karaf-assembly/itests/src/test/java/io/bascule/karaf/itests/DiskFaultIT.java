/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static io.bascule.karaf.itests.MortalGateway.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import io.bascule.api.module.ModuleKind;
import io.bascule.testkit.SmallDisk;
import io.bascule.testkit.fixture.Flavour;
import io.bascule.testkit.fixture.ModuleFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Disks that fail, on the distribution: a deployment fails with the reason, what is committed runs on and boots. Each step with a
 * disk that fails at each operation is tested in the bundle that keeps the store. Mounting wants root; without it those two
 * tests are skipped and say so.
 */
@Story
@Timeout(600)
class DiskFaultIT {

    private static final String KEPT = "kept-wasm";
    private static final String BAD = "rusty-native";

    private MortalGateway gateway;
    private Path incoming;
    private Path folder;
    private Optional<SmallDisk> disk = Optional.empty();

    @BeforeAll
    void boot() throws IOException, InterruptedException {
        gateway = MortalGateway.unpack("disk", home -> {
            MortalGateway.prepare(home, "speed=sine(period=10s,min=1,max=50)", 50);
            Files.write(home.resolve("etc/flows/" + KEPT + ".json"), DeploymentRig.flow(KEPT));
        });
        incoming = Files.createDirectories(gateway.home().resolve("incoming"));
        folder = gateway.home().resolve("deployments");
        // Before the first start, so that the store is on a device of its own, and small.
        disk = SmallDisk.find(folder, 4);
        gateway.boot();
        deploy(KEPT, ModuleKind.WASM, "1.0.0", Flavour.GOOD);
        deploy(BAD, ModuleKind.NATIVE, "1.0.0", Flavour.GOOD);
    }

    @AfterAll
    void close() throws IOException, InterruptedException {
        if (gateway != null) {
            gateway.close();
        }
        if (disk.isPresent()) {
            disk.get().close();
        }
    }

    private Path file(String name, ModuleKind kind, String version, Flavour flavour) throws IOException {
        return ModuleFixture.write(incoming, kind, name, version, flavour);
    }

    private void deploy(String name, ModuleKind kind, String version, Flavour flavour) throws IOException {
        gateway.ok("bascule:deploy --trial 0s " + file(name, kind, version, flavour));
    }

    private List<JsonObject> services(String name) {
        return gateway.list("bascule:service-list --json " + name);
    }

    private void awaitTheKeptModule(String version) throws InterruptedException {
        gateway.await(KEPT + " " + version + " runs", () -> services(KEPT).stream()
                .anyMatch(each -> text(each, "version").equals(version)
                        && text(each, "state").equals("READY")));
        long before = Math.max(0, gateway.counter(KEPT, "work", "readingsOut"));
        gateway.await("data comes through", () -> gateway.counter(KEPT, "work", "readingsOut") > before + 20);
    }

    private int generation() {
        return gateway.list("bascule:generations --json").stream()
                .filter(each -> each.get("current").getAsBoolean())
                .mapToInt(each -> each.get("number").getAsInt())
                .sum();
    }

    @Test
    @Order(1)
    void aFullDiskFailsTheDeploymentAndNothingElse() throws IOException, InterruptedException {
        assumeTrue(disk.isPresent(), "SKIPPED: this account may not mount a small disk");
        int before = generation();
        disk.get().fill();
        String refused =
                gateway.refused("bascule:deploy --trial 0s " + file(KEPT, ModuleKind.WASM, "1.1.0", Flavour.NEXT));
        assertTrue(refused.toLowerCase(Locale.ROOT).contains("space"), refused);
        assertEquals(before, generation());
        awaitTheKeptModule("1.0.0");
        gateway.kill();
        gateway.boot();
        awaitTheKeptModule("1.0.0");
        disk.get().free();
        deploy(KEPT, ModuleKind.WASM, "1.1.0", Flavour.NEXT);
        awaitTheKeptModule("1.1.0");
        assertTrue(generation() > before);
    }

    @Test
    @Order(2)
    void aDiskThatCannotBeWrittenFailsTheDeploymentAndTheCommittedGenerationBoots()
            throws IOException, InterruptedException {
        assumeTrue(disk.isPresent(), "SKIPPED: this account may not mount a disk that cannot be written");
        int before = generation();
        String version = text(services(KEPT).get(0), "version");
        gateway.kill();
        disk.get().setWritable(false);
        try {
            gateway.boot();
            awaitTheKeptModule(version);
            assertEquals(before, generation());
            String refused =
                    gateway.refused("bascule:deploy --trial 0s " + file(KEPT, ModuleKind.WASM, "1.2.0", Flavour.NEXT));
            assertTrue(refused.contains("ead-only"), refused);
            awaitTheKeptModule(version);
            gateway.kill();
        } finally {
            disk.get().setWritable(true);
        }
        gateway.boot();
        deploy(KEPT, ModuleKind.WASM, "1.2.0", Flavour.NEXT);
        awaitTheKeptModule("1.2.0");
    }

    @Test
    @Order(3)
    void anArtefactThatRottedIsSetAsideAndTheRestBoots() throws IOException, InterruptedException {
        String version = text(services(KEPT).get(0), "version");
        JsonObject bad = services(BAD).get(0);
        String digest = text(bad, "location").replaceAll(".*/", "");
        gateway.kill();
        // The framework's cache would still have it.
        gateway.wipeData();
        Path artefact;
        try (Stream<Path> paths = Files.walk(folder)) {
            artefact = paths.filter(path -> path.endsWith(digest)).findFirst().orElseThrow();
        }
        Files.setPosixFilePermissions(artefact, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(artefact, "rust");
        gateway.boot();
        awaitTheKeptModule(version);
        gateway.await("an alert that names it", () -> gateway.list("bascule:alert-list --json").stream()
                .anyMatch(alert ->
                        text(alert, "text").contains(BAD) && text(alert, "text").contains("damaged")));
        assertEquals(List.of(), services(BAD));
        assertFalse(Files.exists(artefact));
        try (Stream<Path> paths = Files.list(folder.resolve("quarantine"))) {
            assertTrue(paths.anyMatch(path -> path.toString().endsWith(digest)));
        }
        deploy(BAD, ModuleKind.NATIVE, "1.1.0", Flavour.NEXT);
        gateway.await("the module is back", () -> services(BAD).stream()
                .anyMatch(each -> text(each, "state").equals("READY")));
    }
}
