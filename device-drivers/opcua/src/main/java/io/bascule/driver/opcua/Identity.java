/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.driver.DriverException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Period;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.milo.opcua.stack.core.util.CertificateUtil;
import org.eclipse.milo.opcua.stack.core.util.SelfSignedCertificateBuilder;
import org.eclipse.milo.opcua.stack.core.util.SelfSignedCertificateGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who the gateway is to servers: a key and a certificate that it signed itself, made when they are first needed. Their files can be
 * replaced by others, such as of a company's authority.
 *
 * @param keys the key
 * @param certificate says whose it is
 * @param applicationUri the name in the certificate
 */
record Identity(KeyPair keys, X509Certificate certificate, String applicationUri) {

    private static final Logger LOG = LoggerFactory.getLogger(Identity.class);

    /** Below the folder of certificates; only the gateway's account can read it. */
    static final String FOLDER = "own";

    static final String CERTIFICATE = "certificate.der";
    static final String KEY = "private-key.der";

    private static final int KEY_BITS = 2048;
    private static final Period VALIDITY = Period.ofYears(10);
    private static final String APPLICATION = "bascule";

    /** Returns the identity that a folder of certificates holds; makes it when there is none. Devices share it. */
    static synchronized Identity in(Path folder) throws DriverException {
        Path own = folder.resolve(FOLDER);
        Path key = own.resolve(KEY);
        Path certificate = own.resolve(CERTIFICATE);
        try {
            if (!Files.exists(key) && !Files.exists(certificate)) {
                make(own, key, certificate);
            }
            return read(key, certificate);
        } catch (IOException | GeneralSecurityException e) {
            throw new DriverException(
                    "the certificate of the gateway in " + own + " cannot be used: " + e
                            + "; expected the files " + CERTIFICATE + " and " + KEY
                            + " (PKCS 8, RSA). Without both of them new ones are made",
                    e);
        } catch (Exception e) {
            throw new DriverException("the certificate of the gateway in " + own + " cannot be made: " + e, e);
        }
    }

    private static Identity read(Path key, Path file) throws IOException, GeneralSecurityException {
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
        PrivateKey secret =
                KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(key)));
        String uri = CertificateUtil.getSanUri(certificate)
                .orElseThrow(() -> new GeneralSecurityException(
                        file.getFileName() + " has no URI of an application as its other name"));
        return new Identity(new KeyPair(certificate.getPublicKey(), secret), certificate, uri);
    }

    private static void make(Path own, Path key, Path file) throws Exception {
        String host = host();
        KeyPair keys = SelfSignedCertificateGenerator.generateRsaKeyPair(KEY_BITS);
        SelfSignedCertificateBuilder builder = new SelfSignedCertificateBuilder(keys)
                .setCommonName("Bascule on " + host)
                .setApplicationUri("urn:" + host + ":" + APPLICATION + ":" + UUID.randomUUID())
                .setValidityPeriod(VALIDITY)
                .addDnsName(host);
        X509Certificate certificate = builder.build();
        createPrivateFolder(own);
        // The certificate last: it is there only when its key is.
        write(key, keys.getPrivate().getEncoded());
        write(file, certificate.getEncoded());
        LOG.info("made a certificate for OPC UA in {}; servers that check certificates must be told to trust it", file);
    }

    private static String host() {
        String name;
        try {
            name = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            LOG.info("this machine has no name; its certificate says localhost", e);
            name = "localhost";
        }
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
    }

    static void createPrivateFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        if (draft.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.write(draft, bytes);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
