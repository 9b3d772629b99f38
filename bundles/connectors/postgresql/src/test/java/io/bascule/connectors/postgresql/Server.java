/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import io.bascule.testkit.Await;
import io.bascule.testkit.FreePort;
import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import io.bascule.testkit.ProgramEnded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Debian's PostgreSQL, with a private folder, on loopback, as an account without rights: the server refuses to be root's.
 */
final class Server implements AutoCloseable {

    static final String USER = "bascule";
    static final String PASSWORD = "a secret of the test";

    private static final Path INSTALLED = Path.of("/", "usr", "lib", "postgresql");
    private static final String ACCOUNT = "postgres";
    private static final Duration RUN_BOUND = Duration.ofMinutes(2);
    private static final String START_SECONDS = "100";
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private final Path programs;
    private final Path folder;
    private int port;
    private final Thread hook = new Thread(this::kill);

    private Server(Path programs, Path folder) {
        this.programs = programs;
        this.folder = folder;
    }

    /** Makes a database cluster and starts its server. */
    static Server start() {
        Path programs = programs();
        try {
            Path folder = Files.createTempDirectory("bascule-postgresql-");
            Server server = new Server(programs, folder);
            server.make();
            Runtime.getRuntime().addShutdownHook(server.hook);
            return PeerProcess.onFreePort(FreePort::tcp, server::begin);
        } catch (IOException e) {
            throw new UncheckedIOException("no place for a database", e);
        }
    }

    private static Path programs() {
        Path found = null;
        if (Files.isDirectory(INSTALLED)) {
            try (Stream<Path> versions = Files.list(INSTALLED)) {
                found = versions.map(v -> v.resolve("bin"))
                        .filter(b -> Files.isExecutable(b.resolve("initdb")))
                        .max(Comparator.naturalOrder())
                        .orElse(null);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot look into " + INSTALLED, e);
            }
        }
        PeerProgram.demand(found != null, "PostgreSQL's server", "postgresql openssl");
        return found;
    }

    private void make() throws IOException {
        Path password = folder.resolve("password");
        Files.writeString(password, PASSWORD + "\n");
        if (isRoot()) {
            run(List.of("chown", "-R", ACCOUNT, folder.toString()));
        }
        asAccount(
                "initdb",
                "-D",
                data(),
                "-U",
                USER,
                "-A",
                "scram-sha-256",
                "--pwfile",
                password.toString(),
                "-E",
                "UTF8",
                "--locale",
                "C",
                "--no-instructions");
        certificate();
    }

    /** A certificate of its own for localhost, valid a day. */
    private void certificate() {
        String key = data() + "/server.key";
        List<String> command = List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-keyout",
                key,
                "-out",
                certificateFile().toString());
        run(asAccount(command));
        run(asAccount(List.of("chmod", "600", key)));
    }

    Path certificateFile() {
        return Path.of(data(), "server.crt");
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    /** Starts the server, which is not running, where it was. */
    void begin() {
        Path log = folder.resolve("log");
        String options = "-c listen_addresses=127.0.0.1 -c port=" + port + " -c unix_socket_directories=" + folder
                + " -c ssl=on -c max_connections=50 -c shared_buffers=32MB";
        try {
            asAccount(
                    "pg_ctl",
                    "start",
                    "-w",
                    "-t",
                    START_SECONDS,
                    "-s",
                    "-D",
                    data(),
                    "-l",
                    log.toString(),
                    "-o",
                    options);
        } catch (ProgramEnded e) {
            kill();
            throw e.with("The server: " + PeerProgram.tail(log));
        }
    }

    private Server begin(int newPort) {
        port = newPort;
        begin();
        return this;
    }

    /** Stops it as an administrator does. */
    void stop() {
        asAccount("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-D", data());
    }

    /** Kills it, as a loss of power would. */
    void kill() {
        try {
            Path pidFile = Path.of(data(), "postmaster.pid");
            if (Files.exists(pidFile)) {
                long pid = Long.parseLong(Files.readAllLines(pidFile).get(0).strip());
                List<ProcessHandle> all = new ArrayList<>();
                // The server first: left alone without its children it makes new ones, and those keep the memory that
                // the next needs.
                ProcessHandle.of(pid).ifPresent(p -> {
                    all.add(p);
                    all.addAll(p.children().toList());
                });
                all.forEach(ProcessHandle::destroyForcibly);
                all.forEach(p -> p.onExit()
                        .orTimeout(RUN_BOUND.toSeconds(), TimeUnit.SECONDS)
                        .join());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the server's number is not known", e);
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static List<String> asAccount(List<String> command) {
        if (!isRoot()) {
            return command;
        }
        List<String> all = new ArrayList<>(List.of("runuser", "-u", ACCOUNT, "--"));
        all.addAll(command);
        return all;
    }

    private void asAccount(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(programs.resolve(program).toString()));
        command.addAll(Arrays.asList(arguments));
        run(asAccount(command));
    }

    private void run(List<String> command) {
        PeerProgram.run(folder, RUN_BOUND, command);
    }

    int port() {
        return port;
    }

    /** Returns settings with a schema of its own that nobody has used. */
    PostgresSettings settings() {
        return settings("s" + SCHEMAS.incrementAndGet(), port);
    }

    static PostgresSettings settings(String schema, int port) {
        Properties account = new Properties();
        account.setProperty("user", USER);
        account.setProperty("password", PASSWORD);
        account.setProperty("sslmode", "disable");
        account.setProperty("currentSchema", schema);
        account.setProperty("connectTimeout", "2");
        account.setProperty("socketTimeout", "5");
        account.setProperty("reWriteBatchedInserts", "true");
        return new PostgresSettings(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                account,
                schema,
                Duration.ofSeconds(2),
                Duration.ofSeconds(20),
                Duration.ofMillis(1),
                4 * 1024 * 1024,
                64L * 1024 * 1024,
                Duration.ZERO,
                256 * 1024);
    }

    /** Ends the server and removes its folder. */
    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(hook);
        Await.until("the end of the server", () -> !isListening());
        run(List.of("rm", "-rf", data()));
        run(List.of(
                "rm",
                "-rf",
                folder.resolve("log").toString(),
                folder.resolve("password").toString()));
        try {
            try (Stream<Path> left = Files.list(folder)) {
                for (Path file : left.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the database's folder " + folder + " cannot be removed", e);
        }
    }

    private boolean isListening() {
        try (java.net.Socket socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
