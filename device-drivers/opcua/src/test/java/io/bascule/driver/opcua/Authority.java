/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority as a company has one: signs certificates of servers and gateways, and revokes them. */
final class Authority {

    private static final int KEY_BITS = 2048;
    private static final Duration AGE = Duration.ofHours(1);
    private static final Duration VALIDITY = Duration.ofDays(30);
    private static final int FOR_SIGNING = KeyUsage.keyCertSign | KeyUsage.cRLSign | KeyUsage.digitalSignature;
    private static final int FOR_APPLICATIONS =
            KeyUsage.digitalSignature | KeyUsage.nonRepudiation | KeyUsage.keyEncipherment | KeyUsage.dataEncipherment;

    private final KeyPair keys;
    private final X509Certificate certificate;
    private long serial = 1;

    /**
     * Somebody's key and certificate.
     *
     * @param keys the key
     * @param certificate says whose it is
     */
    record Issued(KeyPair keys, X509Certificate certificate) {

        /** Writes both in PEM, NAME.pem and NAME.key, and returns the first. */
        Path write(Path folder, String name) throws Exception {
            Files.createDirectories(folder);
            pem(folder.resolve(name + ".key"), "PRIVATE KEY", keys.getPrivate().getEncoded());
            return pem(folder.resolve(name + ".pem"), "CERTIFICATE", certificate.getEncoded());
        }

        private static Path pem(Path file, String what, byte[] content) throws IOException {
            String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
            return Files.writeString(file, "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n");
        }
    }

    private Authority(KeyPair keys, X509Certificate certificate) {
        this.keys = keys;
        this.certificate = certificate;
    }

    /** Makes one that nobody vouches for. */
    static Authority root(String name) throws Exception {
        KeyPair keys = newKeys();
        X500Principal subject = new X500Principal("CN=" + name);
        Authority nobody = new Authority(keys, null);
        return new Authority(keys, nobody.sign(subject, subject, keys.getPublic(), true, null));
    }

    /** Makes one that this one vouches for. */
    Authority authority(String name) throws Exception {
        KeyPair theirs = newKeys();
        return new Authority(
                theirs,
                sign(
                        certificate.getSubjectX500Principal(),
                        new X500Principal("CN=" + name),
                        theirs.getPublic(),
                        true,
                        null));
    }

    /** Makes a key and a certificate for an application on this machine. */
    Issued issue(String name, String applicationUri) throws Exception {
        KeyPair theirs = newKeys();
        return new Issued(
                theirs,
                sign(
                        certificate.getSubjectX500Principal(),
                        new X500Principal("CN=" + name),
                        theirs.getPublic(),
                        false,
                        applicationUri));
    }

    X509Certificate certificate() {
        return certificate;
    }

    private static KeyPair newKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KEY_BITS);
        return generator.generateKeyPair();
    }

    private ContentSigner signer() throws Exception {
        return new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate());
    }

    private X509Certificate sign(
            X500Principal issuer, X500Principal subject, PublicKey key, boolean isAuthority, String applicationUri)
            throws Exception {
        Instant now = Instant.now();
        JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer,
                BigInteger.valueOf(++serial),
                Date.from(now.minus(AGE)),
                Date.from(now.plus(VALIDITY)),
                subject,
                key);
        builder.addExtension(Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(key));
        builder.addExtension(
                Extension.authorityKeyIdentifier, false, utils.createAuthorityKeyIdentifier(keys.getPublic()));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(isAuthority ? FOR_SIGNING : FOR_APPLICATIONS));
        if (applicationUri != null) {
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                new GeneralName(GeneralName.uniformResourceIdentifier, applicationUri),
                new GeneralName(GeneralName.iPAddress, "127.0.0.1")
            }));
        }
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer()));
    }

    /** Returns the list of what this authority has revoked. */
    X509CRL revoked(List<X509Certificate> revoked) throws Exception {
        Instant now = Instant.now();
        JcaX509v2CRLBuilder builder =
                new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), Date.from(now.minus(AGE)));
        builder.setNextUpdate(Date.from(now.plus(VALIDITY)));
        for (X509Certificate one : revoked) {
            builder.addCRLEntry(one.getSerialNumber(), Date.from(now.minus(AGE)), CRLReason.keyCompromise);
        }
        return new JcaX509CRLConverter().getCRL(builder.build(signer()));
    }
}
