/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes what TLS needs of the PEM files that brokers come with. */
final class Tls {

    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
    private static final String BEGIN_KEY = "-----BEGIN PRIVATE KEY-----";
    private static final String END_KEY = "-----END PRIVATE KEY-----";
    private static final List<String> KEY_KINDS = List.of("RSA", "EC", "Ed25519");

    private Tls() {}

    /**
     * Who the gateway is.
     *
     * @param certificates PEM file with its certificate and those up to, but without, the root
     * @param key PEM file with its private key, PKCS 8, not encrypted
     */
    record Identity(Path certificates, Path key) {}

    /**
     * Returns TLS that trusts the certificates of {@code authorities}, or what the JVM trusts without them.
     *
     * @throws IllegalArgumentException when a file does not hold what it should
     */
    static SSLContext context(Optional<Path> authorities, Optional<Identity> identity)
            throws IOException, GeneralSecurityException {
        TrustManager[] trust = authorities.isPresent() ? trust(authorities.get()) : null;
        KeyManager[] keys = identity.isPresent() ? keys(identity.get()) : null;
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust, null);
        return context;
    }

    private static TrustManager[] trust(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = empty();
        int number = 0;
        for (Certificate certificate : certificates(file)) {
            store.setCertificateEntry("authority-" + number, certificate);
            number++;
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager[] keys(Identity identity) throws IOException, GeneralSecurityException {
        KeyStore store = empty();
        char[] none = {};
        store.setKeyEntry(
                "gateway",
                key(identity.key()),
                none,
                certificates(identity.certificates()).toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, none);
        return factory.getKeyManagers();
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static List<Certificate> certificates(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            List<Certificate> found =
                    List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (found.isEmpty()) {
                throw new IllegalArgumentException(
                        file + " holds no certificate; expected PEM, '-----BEGIN CERTIFICATE-----'");
            }
            return found;
        } catch (CertificateException e) {
            throw new IllegalArgumentException(
                    file + " is no list of certificates in PEM or DER: " + e.getMessage(), e);
        }
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        int begin = text.indexOf(BEGIN_KEY);
        int end = text.indexOf(END_KEY);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException(file + " holds no private key in PKCS 8 without a password, '"
                    + BEGIN_KEY + "'; make one with: openssl pkcs8 -topk8 -nocrypt -in FILE");
        }
        byte[] bytes = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN_KEY.length(), end));
        for (String kind : KEY_KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            } catch (InvalidKeySpecException e) {
                // The kind of key is said inside only; the next one may fit.
                LOG.debug("{} holds no key of kind {}", file, kind);
            }
        }
        throw new IllegalArgumentException(
                file + " holds a private key of an unknown kind; expected one of " + KEY_KINDS);
    }
}
