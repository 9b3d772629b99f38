/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whom a driver trusts, and who it is, as three settings say that all drivers with TLS have. There is no way to trust everybody.
 * Immutable; the files are read whenever they are asked for.
 *
 * @param caFile PEM file with the certificates to trust; empty for those of the JDK
 * @param keyStore PKCS #12 file with the key and certificate to present; empty for none
 * @param password of the key store
 */
public record TlsFiles(String caFile, String keyStore, SecretText password) {

    /** Returns when the files were changed last; files that cannot be read are left out. */
    public Map<String, FileTime> changes() {
        Map<String, FileTime> times = new HashMap<>();
        for (String file : List.of(caFile, keyStore)) {
            try {
                if (!file.isEmpty()) {
                    times.put(file, Files.getLastModifiedTime(Path.of(file)));
                }
            } catch (IOException e) {
                // Reading it will say what is wrong with it.
                times.remove(file);
            }
        }
        return times;
    }

    /**
     * Reads the files.
     *
     * @throws DriverException when one cannot be read or holds something else; says which and what was expected
     */
    public SSLContext context() throws DriverException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManagerFactory keys = keys();
            TrustManagerFactory trust = trust();
            context.init(
                    keys == null ? null : keys.getKeyManagers(), trust == null ? null : trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new DriverException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private @Nullable TrustManagerFactory trust() throws GeneralSecurityException, DriverException {
        if (caFile.isEmpty()) {
            return null;
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try (InputStream in = Files.newInputStream(Path.of(caFile))) {
            store.load(null, null);
            int count = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + count++, certificate);
            }
            if (count == 0) {
                throw new DriverException("caFile '" + caFile + "' holds no certificate; expected PEM");
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new DriverException(
                    "caFile '" + caFile + "' cannot be read: " + e + "; expected certificates in PEM", e);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    private @Nullable KeyManagerFactory keys() throws GeneralSecurityException, DriverException {
        if (keyStore.isEmpty()) {
            return null;
        }
        char[] secret = password.resolve().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(keyStore))) {
            store.load(in, secret);
        } catch (IOException | GeneralSecurityException e) {
            throw new DriverException(
                    "keyStore '" + keyStore + "' cannot be read: " + e + "; expected PKCS #12 and its password", e);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, secret);
        return factory;
    }
}
