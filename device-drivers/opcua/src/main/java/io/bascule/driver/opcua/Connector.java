/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.eclipse.milo.opcua.sdk.client.DiscoveryClient;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.sdk.client.OpcUaClientConfig;
import org.eclipse.milo.opcua.sdk.client.OpcUaClientConfigBuilder;
import org.eclipse.milo.opcua.sdk.client.identity.AnonymousProvider;
import org.eclipse.milo.opcua.sdk.client.identity.UsernameProvider;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.security.SecurityPolicy;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UInteger;
import org.eclipse.milo.opcua.stack.core.types.enumerated.MessageSecurityMode;
import org.eclipse.milo.opcua.stack.core.types.structured.EndpointDescription;
import org.eclipse.milo.opcua.stack.core.util.CertificateUtil;
import org.eclipse.milo.opcua.stack.core.util.EndpointUtil;
import org.eclipse.milo.opcua.stack.core.util.NonceUtil;
import org.eclipse.milo.opcua.stack.transport.client.tcp.OpcTcpClientTransport;
import org.eclipse.milo.opcua.stack.transport.client.tcp.OpcTcpClientTransportConfig;

/** Makes sessions: asks the server for its endpoints, chooses the one that is configured, proves who we are. Used once. */
final class Connector {

    private static final String TRANSPORT = "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary";
    private static final long KEEP_ALIVE_MILLIS_MIN = 1000;
    /** A connection that broke leaves its session at the server until that times out, and small servers have few. */
    private static final long SESSION_MILLIS_MIN = 10_000;

    private static final long SESSION_FACTOR = 4;
    private static final long RANDOM_POLL_NANOS = 1_000_000;

    private final OpcUaSettings settings;
    private final ClientThreads threads;
    private final CompletableFuture<Object> never = new CompletableFuture<>();
    private final Trust trust;

    Connector(OpcUaSettings settings, ClientThreads threads) {
        this.settings = settings;
        this.threads = threads;
        this.trust = new Trust(settings.securityFolder(), settings.checksHostname());
    }

    /** Returns a client for the configured endpoint of the server; it is not connected. */
    OpcUaClient client(Deadline deadline) throws DriverException, InterruptedException {
        EndpointDescription endpoint = choose(endpoints(deadline));
        OpcUaClientConfigBuilder config = OpcUaClientConfig.builder()
                .setEndpoint(endpoint)
                .setApplicationName(LocalizedText.english("Bascule"))
                .setProductUri("urn:bascule:gateway")
                .setSessionName(() -> "bascule/" + settings.device())
                .setSessionTimeout(millis(Math.max(
                        SESSION_MILLIS_MIN, SESSION_FACTOR * settings.timeout().toMillis())))
                .setRequestTimeout(millis(settings.timeout().toMillis()))
                .setKeepAliveInterval(millis(
                        Math.max(KEEP_ALIVE_MILLIS_MIN, settings.timeout().toMillis())))
                .setKeepAliveTimeout(millis(settings.timeout().toMillis()))
                .setIdentityProvider(
                        settings.user().isEmpty()
                                ? AnonymousProvider.INSTANCE
                                // The certificate that encrypts the password is looked at, too, when nothing else is
                                // secure.
                                : new UsernameProvider(settings.user(), settings.password(), trust));
        if (settings.isSecure()) {
            awaitChance(deadline);
            Identity own = Identity.in(settings.securityFolder());
            requireTrust(endpoint);
            config.setApplicationUri(own.applicationUri())
                    .setKeyPair(own.keys())
                    .setCertificate(own.certificate())
                    .setCertificateChain(new X509Certificate[] {own.certificate()})
                    .setCertificateValidator(trust);
        } else {
            config.setApplicationUri("urn:bascule:gateway");
        }
        return new OpcUaClient(config.build(), transport(deadline));
    }

    /** Connects a client. */
    void connect(OpcUaClient client, Deadline deadline) throws DriverException, InterruptedException {
        try {
            Connection.await(client.connectAsync(), never, deadline, "connecting", text());
        } catch (DriverException e) {
            if (trust.refusal().isEmpty()) {
                throw e;
            }
            throw new DriverException(text() + ": " + trust.refusal(), e);
        }
    }

    /** Looks at the certificate that the server announces: a refusal inside the library fills the log at every attempt. */
    private void requireTrust(EndpointDescription endpoint) throws DriverException {
        try {
            trust.validateCertificateChain(
                    CertificateUtil.decodeCertificates(
                            endpoint.getServerCertificate().bytesOrEmpty()),
                    endpoint.getServer().getApplicationUri(),
                    new String[] {settings.host()});
        } catch (UaException e) {
            throw new DriverException(
                    text() + ": " + (trust.refusal().isEmpty() ? Connection.reason(e) : trust.refusal()), e);
        }
    }

    /** Waits for the library's source of random numbers; before it has begun, the library would take a weak one. */
    private static void awaitChance(Deadline deadline) throws DriverException {
        while (!NonceUtil.isSecureRandomSeeded()) {
            if (deadline.isOver()) {
                throw new DriverException("this machine has no random numbers for a secure connection yet");
            }
            LockSupport.parkNanos(RANDOM_POLL_NANOS);
        }
    }

    private String text() {
        return settings.endpoint().toString();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a farewell.
    private List<EndpointDescription> endpoints(Deadline deadline) throws DriverException, InterruptedException {
        OpcTcpClientTransport transport = transport(deadline);
        EndpointDescription door = new EndpointDescription(
                text(), null, null, MessageSecurityMode.None, SecurityPolicy.None.getUri(), null, TRANSPORT, null);
        DiscoveryClient client = new DiscoveryClient(door, transport);
        try {
            Connection.await(client.connectAsync(), never, deadline, "connecting", text());
            return List.of(Connection.await(
                            client.getEndpoints(text(), new String[0], new String[] {TRANSPORT}),
                            never,
                            deadline,
                            "asking for endpoints",
                            text())
                    .getEndpoints());
        } finally {
            transport.disconnect();
        }
    }

    private EndpointDescription choose(List<EndpointDescription> offered) throws DriverException {
        SecurityPolicy policy = settings.isSecure() ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None;
        MessageSecurityMode mode = !settings.isSecure()
                ? MessageSecurityMode.None
                : settings.isEncrypted() ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.Sign;
        for (EndpointDescription one : offered) {
            if (TRANSPORT.equals(one.getTransportProfileUri())
                    && policy.getUri().equals(one.getSecurityPolicyUri())
                    && mode == one.getSecurityMode()) {
                // Servers name themselves as they like; we know how to reach this one.
                return EndpointUtil.updateUrl(one, settings.host(), settings.port());
            }
        }
        throw new DriverException(text() + " does not offer " + policy.name() + " with mode " + mode + "; it offers "
                + offered.stream().map(Connector::words).distinct().collect(Collectors.joining(", ")));
    }

    private static String words(EndpointDescription endpoint) {
        String policy = String.valueOf(endpoint.getSecurityPolicyUri());
        return policy.substring(policy.indexOf('#') + 1) + " with mode " + endpoint.getSecurityMode();
    }

    private OpcTcpClientTransport transport(Deadline deadline) {
        UInteger limit = millis(deadline.remainingMillis());
        return new OpcTcpClientTransport(OpcTcpClientTransportConfig.newBuilder()
                .setConnectTimeout(limit)
                .setAcknowledgeTimeout(limit)
                .setEventLoop(threads.network())
                .setExecutor(threads.workers())
                .setScheduledExecutor(threads.scheduler())
                .setWheelTimer(threads.timer())
                .build());
    }

    private static UInteger millis(long millis) {
        return UInteger.valueOf(Math.max(1, millis));
    }
}
