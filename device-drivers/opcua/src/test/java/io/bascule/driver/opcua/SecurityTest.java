/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import static io.bascule.driver.opcua.Sessions.address;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.DriverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates, signatures, encryption and users, with node-opcua. */
class SecurityTest {

    @TempDir
    static Path shared;

    private static Peer peer;
    private static ClientThreads threads;

    @TempDir
    Path folder;

    @BeforeAll
    static void startPeer() {
        peer = Peer.start(shared.resolve("server"));
        threads = new ClientThreads();
    }

    @AfterAll
    static void endPeer() {
        if (peer != null) {
            peer.close();
            threads.close();
        }
    }

    private Map<String, Object> settings(Map<String, Object> changes) {
        Map<String, Object> settings = new HashMap<>(
                Map.of("endpoint", peer.endpoint(), "securityFolder", folder.toString(), "checkHostname", false));
        settings.putAll(changes);
        return settings;
    }

    private OpcUaDriver connected(Map<String, Object> changes) throws Exception {
        return Sessions.connected(settings(changes), threads, new Browser());
    }

    private String refusal(Map<String, Object> changes) {
        return String.valueOf(
                assertThrows(DriverException.class, () -> connected(changes).disconnect())
                        .getMessage());
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /** Does what a person does who trusts the server that was refused. */
    private void trust() throws IOException {
        for (Path file : files(folder.resolve(Trust.REJECTED))) {
            Files.move(file, folder.resolve(Trust.TRUSTED).resolve(file.getFileName()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sign", "sign-and-encrypt"})
    void anUnknownServerIsRefusedUntilAPersonMovesItsCertificate(String mode) throws Exception {
        String refusal = refusal(Map.of("securityMode", mode));
        Path rejected = files(folder.resolve(Trust.REJECTED)).get(0);
        assertTrue(refusal.contains("is not trusted"), refusal);
        assertTrue(refusal.contains("move " + rejected + " to " + folder.resolve(Trust.TRUSTED)), refusal);
        assertEquals(List.of(), files(folder.resolve(Trust.TRUSTED)));
        refusal(Map.of("securityMode", mode));
        assertEquals(List.of(rejected), files(folder.resolve(Trust.REJECTED)));
        // Somebody else is trusted, which is of no help, and neither is a file that is no certificate.
        Path other = folder.resolve(Trust.TRUSTED).resolve("other.der");
        Files.copy(folder.resolve(Identity.FOLDER).resolve(Identity.CERTIFICATE), other);
        Path note = Files.writeString(folder.resolve(Trust.TRUSTED).resolve("note.txt"), "call Ada first");
        String still = refusal(Map.of("securityMode", mode));
        assertTrue(still.contains("is not trusted"), still);
        Files.delete(other);
        Files.delete(note);
        trust();
        OpcUaDriver driver = connected(Map.of("securityMode", mode));
        try {
            assertEquals(
                    new Value.F64(42.5),
                    Sessions.read(driver, address("Temperature")).value(0));
            assertEquals(Quality.GOOD, Sessions.write(driver, address("Level"), new Value.F64(4)));
        } finally {
            driver.disconnect();
        }
        Files.delete(files(folder.resolve(Trust.TRUSTED)).get(0));
        assertTrue(refusal(Map.of("securityMode", mode)).contains("is not trusted"));
    }

    @Test
    void theCertificateOfTheGatewayIsMadeOnceAndItsKeyIsPrivate() throws Exception {
        refusal(Map.of());
        Path own = folder.resolve(Identity.FOLDER);
        byte[] certificate = Files.readAllBytes(own.resolve(Identity.CERTIFICATE));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(own)));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(own.resolve(Identity.KEY))));
        refusal(Map.of());
        assertArrayEquals(certificate, Files.readAllBytes(own.resolve(Identity.CERTIFICATE)));
        assertEquals(2, files(own).size());
        Files.write(own.resolve(Identity.KEY), new byte[] {1, 2, 3});
        String broken = refusal(Map.of());
        assertTrue(broken.contains(own.toString()) && broken.contains("cannot be used"), broken);
        Files.delete(own.resolve(Identity.KEY));
        assertTrue(refusal(Map.of()).contains("expected the files certificate.der and private-key.der"));
    }

    @Test
    void theHostNameInTheCertificateIsChecked() throws Exception {
        refusal(Map.of());
        trust();
        // The server's certificate names the machine, not the address.
        String refusal = refusal(Map.of("checkHostname", true));
        assertTrue(refusal.contains("set checkHostname=false"), refusal);
        connected(Map.of("checkHostname", false)).disconnect();
    }

    @Test
    void usersLogOnWithTheirPasswordAndOthersDoNot() throws Exception {
        refusal(Map.of());
        trust();
        connected(Map.of("user", "operator", "password", "valve-7")).disconnect();
        String refusal = refusal(Map.of("user", "operator", "password", "valve-8"));
        assertTrue(refusal.contains("Bad_") && !refusal.contains("valve-8"), refusal);
    }

    @Test
    void aServerThatDoesNotKnowTheGatewayRefusesItUntilItDoes() throws Exception {
        try (Peer strict = Peer.startStrict(shared.resolve("strict"))) {
            Map<String, Object> there = Map.of("endpoint", strict.endpoint());
            assertTrue(refusal(there).contains("is not trusted"));
            trust();
            String refusal = refusal(there);
            assertTrue(refusal.contains("Bad_"), refusal);
            Path pki = strict.folder().resolve("pki");
            for (Path file : files(pki.resolve("rejected"))) {
                Files.move(file, pki.resolve("trusted/certs").resolve(file.getFileName()));
            }
            strict.kill();
            strict.restart();
            connected(there).disconnect();
        }
    }

    @Test
    void aPolicyThatTheServerDoesNotOfferIsNamedWithThoseItOffers() {
        try (Peer open = Peer.startOpen(shared.resolve("open"))) {
            String refusal = refusal(Map.of("endpoint", open.endpoint()));
            assertTrue(
                    refusal.contains("does not offer Basic256Sha256 with mode SignAndEncrypt; it offers None with"),
                    refusal);
        }
    }
}
