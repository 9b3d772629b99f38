/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An authority and what it signs, made by the JDK's keytool, as PEM files. */
final class Certificates {

    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final String authority;

    /** Makes an authority. */
    Certificates(Path folder, String authority) {
        this.folder = folder;
        this.authority = authority;
        keytool(
                authority,
                "-genkeypair",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=" + authority,
                "-ext",
                "bc:c");
        keytool(
                authority,
                "-exportcert",
                "-rfc",
                "-file",
                file(authority + ".crt").toString());
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Makes NAME.crt and NAME.key. */
    Certificates issue(String name, String keyKind, String... extensions) {
        keytool(name, "-genkeypair", "-keyalg", keyKind, "-dname", "CN=" + name);
        keytool(name, "-certreq", "-file", file(name + ".csr").toString());
        List<String> sign = new ArrayList<>(List.of(
                "-gencert",
                "-rfc",
                "-infile",
                file(name + ".csr").toString(),
                "-outfile",
                file(name + ".crt").toString()));
        for (String extension : extensions) {
            sign.addAll(List.of("-ext", extension));
        }
        keytool(authority, sign.toArray(String[]::new));
        try (InputStream in = Files.newInputStream(file(name + ".p12"))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            byte[] key = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
            Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
            Files.writeString(
                    file(name + ".key"),
                    "-----BEGIN PRIVATE KEY-----\n" + lines.encodeToString(key) + "\n-----END PRIVATE KEY-----\n");
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError("no key of " + name, e);
        }
        return this;
    }

    private void keytool(String alias, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "-alias",
                alias,
                "-keystore",
                file(alias + ".p12").toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(command + ": " + out);
            }
        } catch (IOException e) {
            throw new AssertionError(command + " does not run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
