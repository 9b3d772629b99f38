/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A folder that looks like a checkout to the real launcher. Its Maven is a script that writes down that it was called and
 * puts the real distribution, with free ports, where a build would. Used by one thread.
 */
final class LauncherCheckout implements AutoCloseable {

    private static final Duration COMMAND_MAX = Duration.ofMinutes(2);
    private static final long PAUSE_NANOS = 100_000_000;
    private static final String ARCHIVE =
            "karaf-assembly/distribution/target/io.bascule.karaf.distribution-0.1.0-SNAPSHOT.tar.gz";
    private static final List<String> SOURCES = List.of(
            "cnf",
            "bundles",
            "device-drivers",
            "wasm-bundle-bridge",
            "features",
            "karaf-assembly/distribution/src",
            ".mvn");

    private final Path root;
    private int outputs;

    /** How a command ended, and what it wrote to both its outputs. */
    record Result(int code, String output) {}

    /** A command that goes on. */
    record Running(Process process, Path output) {
        String text() {
            try {
                return Files.readString(output, StandardCharsets.ISO_8859_1)
                        .replaceAll("\u001b\\[[0-9;?]*[a-zA-Z]", "");
            } catch (IOException e) {
                return "";
            }
        }

        void type(String keys) throws IOException {
            OutputStream keyboard = process.getOutputStream();
            keyboard.write(keys.getBytes(StandardCharsets.US_ASCII));
            keyboard.flush();
        }
    }

    private LauncherCheckout(Path root) {
        this.root = root;
    }

    static LauncherCheckout make() throws IOException, InterruptedException {
        Path work = Path.of(System.getProperty("bascule.work")).toAbsolutePath();
        Path root = work.resolve("launcher-" + System.nanoTime());
        LauncherCheckout checkout = new LauncherCheckout(root);
        for (String folder : SOURCES) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.writeString(root.resolve("pom.xml"), "<project/>\n");
        // karaf-assembly/itests/target/gateways is four folders below the real checkout.
        Files.copy(work.resolve("../../../../bascule"), root.resolve("bascule"));
        Path unpacked = root.resolve("distribution");
        Files.createDirectories(unpacked);
        Gateway.unpack(unpacked);
        Gateway.useFreePorts(unpacked);
        checkout.script("mvnw", """
                echo "$*" >> "%1$s/maven-calls"
                [ ! -e "%1$s/maven-fails" ] || { echo "[ERROR] the disk is full of cats"; exit 1; }
                mkdir -p "%1$s/$(dirname %2$s)"
                tar -czf "%1$s/%2$s" -C "%1$s" distribution
                """.formatted(root, ARCHIVE));
        return checkout;
    }

    Path root() {
        return root;
    }

    Path gateway() {
        return root.resolve("work/gateway");
    }

    long mavenCalls() throws IOException {
        Path calls = root.resolve("maven-calls");
        return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
    }

    /** Makes a POSIX shell script that can be run. */
    Path script(String name, String body) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    /** Runs the launcher to its end, without a terminal and with its standard input at its end. */
    Result run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        Running running = start(
                environment,
                Stream.concat(Stream.of(root.resolve("bascule").toString()), Stream.of(arguments))
                        .toArray(String[]::new));
        running.process.getOutputStream().close();
        if (!running.process.waitFor(COMMAND_MAX.toSeconds(), TimeUnit.SECONDS)) {
            running.process.destroyForcibly();
            throw new AssertionError("bascule " + String.join(" ", arguments) + " did not end: " + running.text());
        }
        return new Result(running.process.exitValue(), running.text());
    }

    /** Starts any command in the checkout; an empty value removes a variable. */
    Running start(Map<String, String> environment, String... command) throws IOException {
        Path output = root.resolve("output-" + outputs++);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // The console keeps its history in the account's folder: not in that of who runs the tests.
        builder.environment().put("EXTRA_JAVA_OPTS", "-Duser.home=" + root);
        environment.forEach((name, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        return new Running(builder.start(), output);
    }

    /** Starts a shell command line on a terminal of its own; empty when nothing here can make one. */
    Optional<Running> startOnTerminal(String commandLine) throws IOException, InterruptedException {
        Map<String, String> environment = Map.of("TERM", "xterm");
        // A build in the background ignores SIGINT, and so would all that it starts; a person's terminal does not.
        String reset = canRun("env", "--default-signal=INT", "true") ? "env --default-signal=INT " : "";
        String sized = "stty rows 24 cols 100; exec " + reset + commandLine;
        if (canRun("script", "--version")) {
            return Optional.of(start(environment, "script", "-qefc", sized, "/dev/null"));
        }
        if (canRun("python3", "-c", "import pty")) {
            String spawn = "import os,pty,sys; sys.exit(os.WEXITSTATUS(pty.spawn(['sh','-c',sys.argv[1]])))";
            return Optional.of(start(environment, "python3", "-c", spawn, sized));
        }
        return Optional.empty();
    }

    boolean canRun(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException absent) {
            return false;
        }
        return process.waitFor() == 0;
    }

    void touch(String source) throws IOException {
        Files.writeString(
                root.resolve(source), "x" + System.nanoTime(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Waits until {@code condition} holds; says what {@code running} wrote when it does not. */
    static void await(String what, Duration bound, Running running, BooleanSupplier condition) {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                String text = running.text();
                throw new AssertionError("waited " + bound.toSeconds() + " s in vain for: " + what + "\n"
                        + text.substring(Math.max(0, text.length() - 3000)));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Ends what still runs here. */
    @Override
    public void close() throws IOException {
        Path pid = gateway().resolve("data/gateway.pid");
        if (Files.exists(pid)) {
            String text = Files.readString(pid).trim();
            if (text.matches("\\d+")) {
                ProcessHandle.of(Long.parseLong(text))
                        .filter(process ->
                                process.info().commandLine().orElse("").contains(root.toString()))
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }
}
