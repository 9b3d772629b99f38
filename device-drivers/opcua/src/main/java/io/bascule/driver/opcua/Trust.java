/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CRL;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.security.CertificateValidator;
import org.eclipse.milo.opcua.stack.core.util.validation.CertificateValidationUtil;
import org.eclipse.milo.opcua.stack.core.util.validation.ValidationCheck;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom the gateway trusts: servers whose certificate lies in {@code trusted}, or was signed by one there, with the help of those in
 * {@code issuers}. Lists of what was revoked (CRL) lie beside them. A certificate that is not trusted is put into {@code rejected},
 * from where a person can move it. The files are read for each connection, so a change counts from the next one on.
 */
final class Trust implements CertificateValidator {

    static final String TRUSTED = "trusted";
    static final String ISSUERS = "issuers";
    static final String REJECTED = "rejected";

    private static final Logger LOG = LoggerFactory.getLogger(Trust.class);
    private static final int FILES_MAX = 1000;
    /** Whoever can reach the gateway's connections could fill the disk. */
    private static final int REJECTED_MAX = 100;

    private static final long BYTES_MAX = 10L * 1024 * 1024;
    private static final int NAME_MAX = 40;
    private static final int DIGEST_SHOWN = 16;

    private static final Set<ValidationCheck> CHECKS =
            Set.of(ValidationCheck.VALIDITY, ValidationCheck.KEY_USAGE_END_ENTITY, ValidationCheck.APPLICATION_URI);

    /** With a list of what was revoked there must be one for every authority; without any, none is asked for. */
    private static final Set<ValidationCheck> CHECKS_WITH_LISTS = Set.of(
            ValidationCheck.VALIDITY,
            ValidationCheck.KEY_USAGE_END_ENTITY,
            ValidationCheck.APPLICATION_URI,
            ValidationCheck.REVOCATION);

    private final Path folder;
    private final boolean checksHostname;
    private volatile String refusal = "";

    Trust(Path folder, boolean checksHostname) {
        this.folder = folder;
        this.checksHostname = checksHostname;
    }

    /** Returns why the last certificate was refused and what to do; empty when none was. */
    String refusal() {
        return refusal;
    }

    @Override
    public void validateCertificateChain(
            List<X509Certificate> chain, @Nullable String applicationUri, @Nullable String[] hostNames)
            throws UaException {
        X509Certificate certificate = chain.get(0);
        try {
            PKIXCertPathBuilderResult path = path(chain);
            List<X509CRL> revoked = new ArrayList<>(revoked(folder.resolve(TRUSTED)));
            revoked.addAll(revoked(folder.resolve(ISSUERS)));
            CertificateValidationUtil.validateTrustedCertPath(
                    path.getCertPath(),
                    path.getTrustAnchor(),
                    revoked,
                    revoked.isEmpty() ? CHECKS : CHECKS_WITH_LISTS,
                    false);
            if (applicationUri != null) {
                CertificateValidationUtil.checkApplicationUri(certificate, applicationUri);
            }
            if (hostNames != null && checksHostname) {
                CertificateValidationUtil.checkHostnameOrIpAddress(certificate, hostNames);
            }
        } catch (UaException e) {
            if (refusal.isEmpty()) {
                boolean isName = e.getStatusCode().value() == StatusCodes.Bad_CertificateHostNameInvalid;
                refusal = who(certificate) + " is refused: " + Connection.reason(e)
                        + (isName ? "; use one of its names in endpoint, or set checkHostname=false" : "");
            }
            throw e;
        } catch (IOException e) {
            refusal = "the certificates in " + folder + " cannot be read: " + e;
            throw new UaException(StatusCodes.Bad_SecurityChecksFailed, e);
        }
    }

    private static String who(X509Certificate certificate) {
        return "the server's certificate '" + certificate.getSubjectX500Principal() + "'";
    }

    /** Returns the way from a certificate to one that is trusted. */
    private PKIXCertPathBuilderResult path(List<X509Certificate> chain) throws UaException, IOException {
        Files.createDirectories(folder.resolve(TRUSTED));
        Files.createDirectories(folder.resolve(ISSUERS));
        try {
            Set<X509Certificate> trusted = certificates(folder.resolve(TRUSTED));
            if (trusted.isEmpty()) {
                throw new UaException(StatusCodes.Bad_CertificateUntrusted, "no certificate is trusted yet");
            }
            return CertificateValidationUtil.buildTrustedCertPath(
                    chain, trusted, certificates(folder.resolve(ISSUERS)));
        } catch (UaException e) {
            refusal = untrusted(chain.get(0));
            throw e;
        }
    }

    private String untrusted(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            Path file = reject(certificate, digest);
            return who(certificate) + " with SHA-256 " + HexFormat.of().formatHex(digest)
                    + " is not trusted; if it is the right one, move " + file + " to " + folder.resolve(TRUSTED);
        } catch (IOException | GeneralSecurityException e) {
            return who(certificate) + " is not trusted, and cannot be put into " + folder.resolve(REJECTED) + ": " + e;
        }
    }

    private Path reject(X509Certificate certificate, byte[] digest) throws IOException, GeneralSecurityException {
        Path rejected = Files.createDirectories(folder.resolve(REJECTED));
        String name = certificate
                .getSubjectX500Principal()
                .getName()
                .replaceAll("[^A-Za-z0-9]+", "-")
                .toLowerCase(Locale.ROOT);
        Path file = rejected.resolve(name.substring(0, Math.min(NAME_MAX, name.length())) + "-"
                + HexFormat.of().formatHex(digest).substring(0, DIGEST_SHOWN) + ".der");
        if (!Files.exists(file)) {
            try (Stream<Path> files = Files.list(rejected)) {
                if (files.count() >= REJECTED_MAX) {
                    throw new IOException("there are " + REJECTED_MAX + " files already; remove some");
                }
            }
            Files.write(file, certificate.getEncoded());
        }
        return file;
    }

    private static Set<X509Certificate> certificates(Path from) throws IOException {
        Set<X509Certificate> found = new LinkedHashSet<>();
        for (Path file : files(from, false)) {
            try {
                for (Certificate one :
                        factory().generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))) {
                    found.add((X509Certificate) one);
                }
            } catch (GeneralSecurityException e) {
                LOG.warn("{} is no certificate and trusted by nobody: {}", file, e.getMessage());
            }
        }
        return found;
    }

    private static List<X509CRL> revoked(Path from) throws IOException, UaException {
        List<X509CRL> found = new ArrayList<>();
        for (Path file : files(from, true)) {
            try {
                for (CRL one : factory().generateCRLs(new ByteArrayInputStream(Files.readAllBytes(file)))) {
                    found.add((X509CRL) one);
                }
            } catch (GeneralSecurityException e) {
                // Without the list a revoked certificate would pass.
                throw new UaException(
                        StatusCodes.Bad_CertificateRevocationUnknown, file + " is no list of revoked certificates", e);
            }
        }
        return found;
    }

    private static CertificateFactory factory() throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509");
    }

    private static List<Path> files(Path from, boolean isRevoked) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            List<Path> some = files.filter(f -> f.toString().endsWith(".crl") == isRevoked)
                    .filter(Files::isRegularFile)
                    .limit(FILES_MAX)
                    .sorted()
                    .toList();
            for (Path file : some) {
                if (Files.size(file) > BYTES_MAX) {
                    throw new IOException(file + " is larger than " + BYTES_MAX + " bytes");
                }
            }
            return some;
        }
    }
}
