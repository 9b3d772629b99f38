/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.driver.DriverException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS to the server of Node.js, whose certificate the JDK's keytool makes. */
class TlsTest {

    private static final String PASSWORD = "changeit";

    @TempDir
    static Path folder;

    private static Peer peer;

    @BeforeAll
    static void start() throws Exception {
        certificate("server", "SAN=ip:127.0.0.1");
        certificate("other", "SAN=ip:127.0.0.1");
        certificate("misnamed", "SAN=dns:device.example");
        peer = Peer.start(folder.resolve("server.p12").toString(), PASSWORD);
    }

    @AfterAll
    static void end() {
        if (peer != null) {
            peer.close();
        }
    }

    private static void certificate(String name, String alternative) throws Exception {
        String store = folder.resolve(name + ".p12").toString();
        keytool(
                "-genkeypair",
                "-keystore",
                store,
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                alternative,
                "-validity",
                "30");
        keytool(
                "-exportcert",
                "-rfc",
                "-keystore",
                store,
                "-alias",
                name,
                "-file",
                folder.resolve(name + ".pem").toString());
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0, out);
    }

    private static Device device(Map<String, Object> settings) throws Exception {
        return Device.at("https://127.0.0.1:" + peer.port(), settings);
    }

    private static String told(Map<String, Object> settings) throws Exception {
        Device device = device(settings);
        return device.told(device.address("/state", "pointer", "/good"));
    }

    @Test
    void aServerThatIsTrustedIsRead() throws Exception {
        assertEquals("42.0", told(Map.of("caFile", folder.resolve("server.pem").toString())));
    }

    @Test
    void aServerThatIsNotTrustedIsAway() {
        for (Map<String, Object> settings : List.<Map<String, Object>>of(
                Map.of(), Map.of("caFile", folder.resolve("other.pem").toString()))) {
            DriverException problem = assertThrows(DriverException.class, () -> told(settings));
            assertTrue(String.valueOf(problem.getMessage()).contains("failed: "), problem.getMessage());
        }
    }

    @Test
    void aServerWithAnotherNameIsAwayThoughItsCertificateIsTrusted() throws Exception {
        try (Peer misnamed = Peer.start(folder.resolve("misnamed.p12").toString(), PASSWORD)) {
            Device device = Device.at(
                    "https://127.0.0.1:" + misnamed.port(),
                    Map.of("caFile", folder.resolve("misnamed.pem").toString()));
            DriverException problem = assertThrows(
                    DriverException.class, () -> device.told(device.address("/state", "pointer", "/good")));
            assertTrue(String.valueOf(problem.getMessage()).contains("127.0.0.1"), problem.getMessage());
        }
    }

    @Test
    void theDriverShowsItsOwnCertificate() throws Exception {
        Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        String ca = folder.resolve("server.pem").toString();
        String store = folder.resolve("other.p12").toString();
        Device known = device(Map.of("caFile", ca, "keyStore", store, "keyStorePassword", "{file:" + password + "}"));
        assertEquals("other", known.told(known.address("/who", "type", "text")));
        Device unknown = device(Map.of("caFile", ca));
        assertEquals("nobody", unknown.told(unknown.address("/who", "type", "text")));
        DriverException wrong = assertThrows(
                DriverException.class,
                () -> device(Map.of("caFile", ca, "keyStore", store, "keyStorePassword", "wrong")));
        assertTrue(String.valueOf(wrong.getMessage()).contains("expected PKCS #12 and its password"), wrong.toString());
    }

    @Test
    void aFileWithoutCertificatesSaysSo() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        DriverException problem = assertThrows(DriverException.class, () -> device(Map.of("caFile", empty.toString())));
        assertTrue(String.valueOf(problem.getMessage()).contains("expected"), problem.getMessage());
        DriverException missing = assertThrows(
                DriverException.class,
                () -> device(Map.of("caFile", folder.resolve("nowhere.pem").toString())));
        assertTrue(String.valueOf(missing.getMessage()).contains("nowhere.pem"), missing.getMessage());
    }
}
