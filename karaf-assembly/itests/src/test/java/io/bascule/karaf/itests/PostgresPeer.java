/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import io.bascule.testkit.FreePort;
import io.bascule.testkit.PeerProcess;
import io.bascule.testkit.PeerProgram;
import io.bascule.testkit.ProgramEnded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Debian's PostgreSQL on loopback, in a folder of its own, as an account without rights: the server refuses to be root's. What the
 * driver does when the server misbehaves is tested in bundles/connectors/postgresql.
 */
final class PostgresPeer implements AutoCloseable {

    static final String USER = "bascule";

    private static final Path INSTALLED = Path.of("/", "usr", "lib", "postgresql");
    private static final String ACCOUNT = "postgres";
    private static final Duration RUN_BOUND = Duration.ofMinutes(2);
    private static final String START_SECONDS = "100";

    private final Path programs;
    private final Path folder;
    private int port;

    private PostgresPeer(Path programs, Path folder) {
        this.programs = programs;
        this.folder = folder;
    }

    static PostgresPeer start() throws IOException {
        Path programs = programs();
        Path folder = Files.createTempDirectory("bascule-postgresql-");
        PostgresPeer peer = new PostgresPeer(programs, folder);
        if (isRoot()) {
            peer.run(List.of("chown", ACCOUNT, folder.toString()));
        }
        peer.ask("initdb", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-instructions");
        return PeerProcess.onFreePort(FreePort::tcp, peer::begin);
    }

    private PostgresPeer begin(int newPort) {
        port = newPort;
        String log = folder.resolve("log").toString();
        String options = "-c listen_addresses=127.0.0.1 -c port=" + port + " -c unix_socket_directories=" + folder;
        try {
            ask("pg_ctl", "start", "-w", "-t", START_SECONDS, "-s", "-l", log, "-o", options);
            return this;
        } catch (ProgramEnded e) {
            throw e.with("The server: " + PeerProgram.tail(Path.of(log)));
        }
    }

    private static Path programs() throws IOException {
        Optional<Path> found = Optional.empty();
        if (Files.isDirectory(INSTALLED)) {
            try (Stream<Path> versions = Files.list(INSTALLED)) {
                found = versions.map(v -> v.resolve("bin"))
                        .filter(b -> Files.isExecutable(b.resolve("initdb")))
                        .max(Comparator.naturalOrder());
            }
        }
        PeerProgram.demand(found.isPresent(), "PostgreSQL's server", "postgresql");
        return found.orElseThrow();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private void ask(String program, String... arguments) {
        List<String> command = new ArrayList<>(isRoot() ? List.of("runuser", "-u", ACCOUNT, "--") : List.of());
        command.add(programs.resolve(program).toString());
        command.addAll(List.of("-D", folder.resolve("data").toString()));
        command.addAll(List.of(arguments));
        run(command);
    }

    /** Returns the one value that a query has. */
    String query(String sql) {
        String psql = programs.resolve("psql").toString();
        return run(List.of(
                        psql,
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(port),
                        "-U",
                        USER,
                        "-d",
                        "postgres",
                        "-tAc",
                        sql))
                .strip();
    }

    private String run(List<String> command) {
        return PeerProgram.run(folder, RUN_BOUND, command);
    }

    int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        ask("pg_ctl", "stop", "-w", "-s", "-m", "immediate");
        MortalGateway.delete(folder);
    }
}
