/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** What an operator can set, PID {@value #PID}. */
@ObjectClassDefinition(
        id = PostgresConfig.PID,
        name = "Bascule store on PostgreSQL",
        description = "History of readings and messages that wait for a broker, kept in a PostgreSQL database.")
public @interface PostgresConfig {

    /** The PID. */
    String PID = "io.bascule.store.postgresql";

    @AttributeDefinition(name = "Host", description = "Name or address of the server")
    String host() default "localhost";

    @AttributeDefinition(name = "Port", description = "TCP port of the server", min = "1", max = "65535")
    int port() default 5432;

    @AttributeDefinition(name = "Database", description = "Name of the database; it must be there")
    String database() default "bascule";

    @AttributeDefinition(
            name = "Schema",
            description = "Schema of the tables, made when it is not there. Each gateway needs one of its own")
    String schema() default "bascule";

    @AttributeDefinition(name = "User", description = "Account at the server")
    String user() default "bascule";

    @AttributeDefinition(
            name = "Password",
            description = "Password of the account; empty when the server asks for none",
            type = AttributeType.PASSWORD)
    String password() default "";

    @AttributeDefinition(
            name = "TLS",
            description = "Whether the connection is encrypted, and whether the server's certificate is checked",
            options = {
                @Option(label = "No TLS", value = "disable"),
                @Option(label = "TLS when the server has it", value = "prefer"),
                @Option(label = "TLS, unchecked", value = "require"),
                @Option(label = "TLS, certificate checked", value = "verify-ca"),
                @Option(label = "TLS, certificate and name checked", value = "verify-full")
            })
    String tls() default "verify-full";

    @AttributeDefinition(
            name = "TLS certificates",
            description = "File with the certificates that are trusted, PEM; a path. Empty for the file"
                    + " .postgresql/root.crt of the gateway's account")
    String tlsCertificates() default "";

    @AttributeDefinition(
            name = "Timeout",
            description = "How long the server may take to answer before the connection is made anew. Unit:"
                    + " milliseconds",
            min = "1000",
            max = "3600000")
    int timeoutMillis() default 10_000;

    @AttributeDefinition(
            name = "Outage",
            description = "How long what is being written waits for a server that went away; then it is refused, and"
                    + " so is everything until the server is back. Unit: milliseconds",
            min = "0",
            max = "60000")
    int outageMillis() default 10_000;

    @AttributeDefinition(
            name = "Group time",
            description = "How long what is to be written waits for more, so that one transaction serves all. Unit:"
                    + " milliseconds; 0 takes together only what waits already",
            min = "0",
            max = "1000")
    int groupMillis() default 2;

    @AttributeDefinition(
            name = "Waiting bytes",
            description = "Most bytes of memory that wait to be written, for history and outboxes each; beyond them"
                    + " senders wait",
            min = "1048576",
            max = "1073741824")
    int waitingBytesMax() default 32 * 1024 * 1024;

    @AttributeDefinition(
            name = "Bytes of history",
            description = "Most bytes of stored readings, 96 for each and the length of texts; beyond them those"
                    + " appended first are removed",
            min = "1048576",
            max = "1099511627776")
    long historyBytesMax() default 16L * 1024 * 1024 * 1024;

    @AttributeDefinition(
            name = "Age of history",
            description = "Readings with a source time older than this are removed, in days; 0 for never",
            min = "0",
            max = "36500")
    int historyAgeDays() default 365;

    @AttributeDefinition(
            name = "Bytes of an outbox",
            description = "Most bytes of messages in each outbox; beyond them the oldest are dropped",
            min = "1048576",
            max = "1099511627776")
    long outboxBytesMax() default 256L * 1024 * 1024;
}
