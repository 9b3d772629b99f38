/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import static io.bascule.driver.opcua.Sessions.address;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.DriverException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that an authority signed, as plants have them: node-opcua with such a one, and lists of revoked ones. */
class AuthorityTest {

    private static final String SERVER_URI = "urn:bascule:test";

    @TempDir
    static Path shared;

    private static ClientThreads threads;
    private static Authority plant;
    private static Authority line;
    private static Authority.Issued ofPlant;
    private static Authority.Issued ofLine;
    private static Peer byPlant;
    private static Peer byLine;

    @TempDir
    Path folder;

    @BeforeAll
    static void startPeers() throws Exception {
        plant = Authority.root("plant");
        line = plant.authority("line");
        ofPlant = plant.issue("server-of-plant", SERVER_URI);
        ofLine = line.issue("server-of-line", SERVER_URI);
        threads = new ClientThreads();
        byPlant = start("plant", ofPlant);
        byLine = start("line", ofLine);
    }

    private static Peer start(String name, Authority.Issued issued) throws Exception {
        Path own = shared.resolve(name);
        // What the server needs to follow a gateway's certificate up to its authority.
        Path issuers = own.resolve("pki").resolve("issuers");
        Files.write(
                Files.createDirectories(issuers.resolve("certs")).resolve("plant.der"),
                plant.certificate().getEncoded());
        Files.write(
                Files.createDirectories(issuers.resolve("crl")).resolve("plant.crl"),
                plant.revoked(List.of()).getEncoded());
        return Peer.startAs(own, issued.write(own, "server"), own.resolve("server.key"));
    }

    @AfterAll
    static void endPeers() {
        for (Peer peer : new Peer[] {byPlant, byLine}) {
            if (peer != null) {
                peer.close();
            }
        }
        if (threads != null) {
            threads.close();
        }
    }

    @BeforeEach
    void makeFolders() throws Exception {
        Files.createDirectories(folder.resolve(Trust.TRUSTED));
        Files.createDirectories(folder.resolve(Trust.ISSUERS));
    }

    private OpcUaDriver connected(Peer peer) throws Exception {
        Map<String, Object> settings =
                new HashMap<>(Map.of("endpoint", peer.endpoint(), "securityFolder", folder.toString()));
        return Sessions.connected(settings, threads, new Browser());
    }

    private void requireRead(Peer peer) throws Exception {
        OpcUaDriver driver = connected(peer);
        try {
            assertEquals(
                    new Value.F64(42.5),
                    Sessions.read(driver, address("Temperature")).value(0));
        } finally {
            driver.disconnect();
        }
    }

    private String refusal(Peer peer) {
        return String.valueOf(
                assertThrows(DriverException.class, () -> connected(peer).disconnect())
                        .getMessage());
    }

    private Path write(String where, String name, byte[] content) throws Exception {
        return Files.write(folder.resolve(where).resolve(name), content);
    }

    @Test
    void whoseAuthorityIsTrustedIsTrusted() throws Exception {
        write(Trust.TRUSTED, "other.der", Authority.root("other").certificate().getEncoded());
        String refusal = refusal(byPlant);
        assertTrue(refusal.contains("'CN=server-of-plant'") && refusal.contains("is not trusted"), refusal);
        write(Trust.TRUSTED, "plant.der", plant.certificate().getEncoded());
        // Its certificate names 127.0.0.1, so the check of the name stays on.
        requireRead(byPlant);
    }

    @Test
    void anAuthorityBetweenIsNeededToFollowTheSignatureButNotTrustedForItself() throws Exception {
        write(Trust.TRUSTED, "plant.der", plant.certificate().getEncoded());
        assertTrue(refusal(byLine).contains("is not trusted"));
        write(Trust.ISSUERS, "line.der", line.certificate().getEncoded());
        requireRead(byLine);
        Files.delete(folder.resolve(Trust.TRUSTED).resolve("plant.der"));
        write(Trust.TRUSTED, "other.der", Authority.root("other").certificate().getEncoded());
        assertTrue(refusal(byLine).contains("is not trusted"));
    }

    @Test
    void aRevokedServerIsRefusedAndOneThatIsNotIsRead() throws Exception {
        write(Trust.TRUSTED, "plant.der", plant.certificate().getEncoded());
        Path list = write(Trust.TRUSTED, "plant.crl", plant.revoked(List.of()).getEncoded());
        requireRead(byPlant);
        Files.write(list, plant.revoked(List.of(ofPlant.certificate())).getEncoded());
        String refusal = refusal(byPlant);
        assertTrue(refusal.contains("'CN=server-of-plant'") && refusal.contains("Revoked"), refusal);
        Files.write(list, plant.revoked(List.of(ofLine.certificate())).getEncoded());
        requireRead(byPlant);
    }

    @Test
    void withListsThereMustBeOneForEachAuthority() throws Exception {
        write(Trust.TRUSTED, "plant.der", plant.certificate().getEncoded());
        write(Trust.ISSUERS, "line.der", line.certificate().getEncoded());
        write(Trust.TRUSTED, "plant.crl", plant.revoked(List.of()).getEncoded());
        String refusal = refusal(byLine);
        assertTrue(refusal.contains("Revocation"), refusal);
        write(Trust.ISSUERS, "line.crl", line.revoked(List.of()).getEncoded());
        requireRead(byLine);
        // The authority itself is revoked by the one that vouched for it.
        write(
                Trust.TRUSTED,
                "plant.crl",
                plant.revoked(List.of(line.certificate())).getEncoded());
        String revoked = refusal(byLine);
        assertTrue(revoked.contains("Revoked"), revoked);
        write(Trust.TRUSTED, "plant.crl", "no list".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        String broken = refusal(byLine);
        assertTrue(broken.contains("plant.crl is no list of revoked certificates"), broken);
    }

    @Test
    void theGatewayShowsACertificateOfAnAuthorityWhenItWasGivenOne() throws Exception {
        write(Trust.TRUSTED, "plant.der", plant.certificate().getEncoded());
        Authority.Issued gateway = plant.issue("gateway", "urn:plant:gateway-7");
        Path own = Files.createDirectories(folder.resolve(Identity.FOLDER));
        Files.write(own.resolve(Identity.CERTIFICATE), gateway.certificate().getEncoded());
        Files.write(own.resolve(Identity.KEY), gateway.keys().getPrivate().getEncoded());
        requireRead(byPlant);
        boolean isSeen = false;
        try (var files = Files.walk(byPlant.folder().resolve("pki"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                isSeen |= file.getFileName().toString().contains("gateway");
            }
        }
        assertTrue(isSeen, "the server has not seen the certificate of the gateway");
    }
}
