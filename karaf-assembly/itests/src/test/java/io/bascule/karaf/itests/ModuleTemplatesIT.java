/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.testkit.PeerProgram;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What docs/how-to/write-a-module.md promises, as a person does it: the launcher makes a folder, the line that it prints builds
 * it, the file goes into the deploy folder of a running gateway; then it is changed, and removed. A language whose tools are
 * not on this machine is skipped; Java needs none.
 */
@ExtendWith(SharedGateway.class)
@Timeout(900)
class ModuleTemplatesIT {

    private static final Path CHECKOUT = Path.of("../..").toAbsolutePath().normalize();
    private static final Pattern BUILD_LINE = Pattern.compile("(?m)^ {4}(cd \\S+ && .+)$");
    private static final Pattern COPY_LINE = Pattern.compile("(?m)^Run it: copy (\\S+) into the deploy/ folder");
    private static final Pattern DEPLOY_LINE = Pattern.compile("(?m)^ {4}(bascule:deploy \\S+)$");
    private static final long COMMAND_MINUTES_MAX = 10;

    private final Gateway gateway;

    ModuleTemplatesIT(Gateway gateway) {
        this.gateway = gateway;
    }

    @ParameterizedTest
    @ValueSource(strings = {"rust", "c", "as", "java"})
    void aNewModuleBuildsWithItsOneLineAndLivesInARunningGateway(String language)
            throws IOException, InterruptedException {
        requireTools(language);
        String name = "fresh-" + language;
        Path parent = Files.createTempDirectory(Path.of(System.getProperty("bascule.work")), "new-");
        String told = run(parent, CHECKOUT.resolve("bascule") + " module new " + name + " --lang " + language);
        String buildLine = group(BUILD_LINE, told);
        Path folder = parent.resolve(name);
        Path built = folder.resolve(group(COPY_LINE, told));
        Path deployed = gateway.home().resolve("deploy/" + name + ".wasm");

        run(parent, buildLine);
        gateway.put("deploy/" + name + ".wasm", Files.readAllBytes(built));
        gateway.await(name + " is ready", () -> gateway.moduleState(name).equals("READY"));
        assertTrue(gateway.ok("bascule:module-call " + name + " test").contains("passed"));
        assertEquals("2 readings, 0 messages, 1 alerts", process(name));

        // Another default, a new version: the limit that the second reading is above is raised.
        change(folder.resolve("module.json"), "\"default\":100", "\"default\":1000");
        change(folder.resolve("module.json"), "\"version\":\"0.1.0\"", "\"version\":\"0.2.0\"");
        if (language.equals("java")) {
            change(folder.resolve("pom.xml"), "<version>0.1.0</version>", "<version>0.2.0</version>");
        }
        run(parent, buildLine);
        gateway.put(
                "deploy/" + name + ".wasm",
                Files.readAllBytes(Path.of(built.toString().replace("0.1.0", "0.2.0"))));
        gateway.await("version 0.2.0 is ready", () -> gateway.module(name)
                .filter(m -> m.get("version").getAsString().equals("0.2.0")
                        && m.get("state").getAsString().equals("READY"))
                .isPresent());
        assertEquals("2 readings, 0 messages, 0 alerts", process(name));

        Files.delete(deployed);
        gateway.await(name + " is gone", () -> gateway.module(name).isEmpty());
        assertFalse(Files.exists(deployed));
    }

    /** What docs/how-to/write-a-wasm-driver.md promises, to a device that speaks the lines of the template. */
    @ParameterizedTest
    @ValueSource(strings = {"rust", "c"})
    void aNewDriverBuildsWithItsOneLineAndSpeaksToADevice(String language) throws IOException, InterruptedException {
        requireTools(language);
        String name = "fresh-" + language + "-driver";
        Path parent = Files.createTempDirectory(Path.of(System.getProperty("bascule.work")), "new-");
        String told = run(
                parent,
                CHECKOUT.resolve("bascule") + " module new " + name + " --lang " + language + " --world driver");
        String deployLine = group(DEPLOY_LINE, told);
        String buildLine = group(BUILD_LINE, told);
        Path folder = parent.resolve(name);
        Path deployment = folder.resolve("deployment.json");
        try (LineDevice device = new LineDevice()) {
            String text = Files.readString(deployment);
            assertTrue(text.contains("tcp:192.168.1.20:5000"), text);
            Files.writeString(
                    deployment,
                    text.replace("tcp:192.168.1.20:5000", device.endpoint())
                            .replace("\"seconds\": 10", "\"seconds\": 2"));

            run(parent, buildLine);
            assertTrue(gateway.ok(deployLine).contains("is current"));
            awaitChannel(name + "-1/temperature", 21.5);
            gateway.ok("bascule:channel-write " + name + "-1/setpoint 42.25");
            awaitChannel(name + "-1/setpoint", 42.25);
            assertEquals("42.250000", device.value("setpoint"));

            change(folder.resolve("module.json"), "\"version\":\"0.1.0\"", "\"version\":\"0.2.0\"");
            change(deployment, name + "-0.1.0.wasm", name + "-0.2.0.wasm");
            device.set("temp", "-3.75");
            run(parent, buildLine);
            assertTrue(gateway.ok(deployLine).contains("is current"));
            assertEquals(
                    "0.2.0", gateway.module(name).orElseThrow().get("version").getAsString());
            awaitChannel(name + "-1/temperature", -3.75);
            awaitChannel(name + "-1/setpoint", 42.25);

            Files.writeString(deployment, """
                    {"bascule":"deployment/1","name":"end","modules":[{"name":"%s","remove":true}]}
                    """.formatted(name));
            gateway.ok(deployLine);
            gateway.await(name + " is gone", () -> gateway.module(name).isEmpty());
        }
    }

    private void awaitChannel(String name, double value) throws InterruptedException {
        gateway.await(name + " is " + value, () -> gateway.channel(name)
                .filter(c -> c.get("quality").getAsString().equals("good")
                        && c.get("value").getAsDouble() == value)
                .isPresent());
    }

    private String process(String module) throws IOException {
        return gateway.ok("bascule:module-call " + module + " process 20 200")
                .strip()
                .lines()
                .reduce((first, second) -> second)
                .orElse("");
    }

    /** In continuous integration all of them are there. */
    private static void requireTools(String language) throws IOException, InterruptedException {
        PeerProgram.demand(
                hasTools(language), "no tools for " + language + " on this machine; see docs/how-to/write-a-module.md");
    }

    /** The same tools that the build scripts look for. */
    private static boolean hasTools(String language) throws IOException, InterruptedException {
        return switch (language) {
            case "rust" -> hasRustTarget("rustc") || hasRustTarget("/usr/bin/rustc");
            case "c" -> isThere("clang-16", "clang") && isThere("wasm-ld-16", "wasm-ld");
            case "as" -> isThere("node") && isThere("npm");
            default -> true;
        };
    }

    private static boolean isThere(String... commands) {
        return Stream.of(commands)
                .anyMatch(command -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, command))));
    }

    private static boolean hasRustTarget(String rustc) throws IOException, InterruptedException {
        boolean isInstalled = rustc.startsWith("/") ? Files.isExecutable(Path.of(rustc)) : isThere(rustc);
        if (!isInstalled) {
            return false;
        }
        Process process = new ProcessBuilder(rustc, "--print", "sysroot")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String root = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor() == 0 && Files.isDirectory(Path.of(root, "lib/rustlib/wasm32-unknown-unknown"));
    }

    private static void change(Path file, String old, String fresh) throws IOException {
        Gateway.replace(file, old, fresh);
    }

    private static String group(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertTrue(matcher.find(), text);
        return matcher.group(1);
    }

    /** Runs a line as a shell would; what it prints goes to a file, so that a build that hangs can be ended. */
    private static String run(Path folder, String line) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "command-", ".log");
        Process process = new ProcessBuilder(List.of("sh", "-c", line))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(COMMAND_MINUTES_MAX, TimeUnit.MINUTES)) {
            process.destroy();
            throw new AssertionError("'" + line + "' has not ended after " + COMMAND_MINUTES_MAX + " minutes: "
                    + Files.readString(output));
        }
        assertEquals(0, process.exitValue(), () -> line + ": " + read(output));
        return Files.readString(output);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "no output: " + e;
        }
    }
}
