/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import io.bascule.testkit.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Debian's PostgreSQL on loopback, in a folder of its own, as an account without rights: the server refuses to be root's. Without it
 * the tests that use it are skipped on a person's machine, and fail in continuous integration, which sets CI. What the driver does
 * when the server misbehaves is tested in bundles/connectors/postgresql.
 */
final class PostgresPeer implements AutoCloseable {

    static final String USER = "bascule";

    private static final Path INSTALLED = Path.of("/", "usr", "lib", "postgresql");
    private static final String ACCOUNT = "postgres";
    private static final long RUN_SECONDS_MAX = 120;

    private final Path programs;
    private final Path folder;
    private final int port;

    private PostgresPeer(Path programs, Path folder, int port) {
        this.programs = programs;
        this.folder = folder;
        this.port = port;
    }

    static PostgresPeer start() throws IOException, InterruptedException {
        Path programs = programs();
        Path folder = Files.createTempDirectory("bascule-postgresql-");
        int port = FreePort.tcp();
        PostgresPeer peer = new PostgresPeer(programs, folder, port);
        if (isRoot()) {
            run(folder, List.of("chown", ACCOUNT, folder.toString()));
        }
        peer.ask("initdb", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-instructions");
        peer.ask(
                "pg_ctl",
                "start",
                "-w",
                "-s",
                "-l",
                folder.resolve("log").toString(),
                "-o",
                "-c listen_addresses=127.0.0.1 -c port=" + port + " -c unix_socket_directories=" + folder);
        return peer;
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
        String message = "this test needs PostgreSQL's server; on Debian: apt-get install postgresql";
        if (found.isEmpty() && System.getenv("CI") != null) {
            throw new AssertionError(message);
        }
        Assumptions.assumeTrue(found.isPresent(), message);
        return found.orElseThrow();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private void ask(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(isRoot() ? List.of("runuser", "-u", ACCOUNT, "--") : List.of());
        command.add(programs.resolve(program).toString());
        command.addAll(List.of("-D", folder.resolve("data").toString()));
        command.addAll(List.of(arguments));
        run(folder, command);
    }

    /** Returns the one value that a query has. */
    String query(String sql) throws IOException, InterruptedException {
        return run(
                        folder,
                        List.of(
                                programs.resolve("psql").toString(),
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

    private static String run(Path folder, List<String> command) throws IOException, InterruptedException {
        // Into a file: what the server inherits of a pipe would keep it open.
        Path out = Files.createTempFile("bascule-postgresql-", ".out");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        boolean hasEnded = process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS);
        String said = Files.readString(out);
        Files.delete(out);
        if (!hasEnded || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError(command + " failed: " + said);
        }
        return said;
    }

    int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        try {
            ask("pg_ctl", "stop", "-w", "-s", "-m", "immediate");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        MortalGateway.delete(folder);
    }
}
