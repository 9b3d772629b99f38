/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bascule.karaf.itests.LauncherCheckout.Result;
import io.bascule.karaf.itests.LauncherCheckout.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The launcher as a newcomer uses it. Maven alone is not the real one: the tests watch whether it is called. */
@Story
@Timeout(600)
class LauncherIT {

    private static final Map<String, String> USUAL = Map.of();
    private static final Duration STOP_MAX = Duration.ofSeconds(10);
    private static final String CTRL_C = "\u0003";
    private static final String CTRL_D = "\u0004";
    private static final String PROMPT = "@bascule()>";
    private static final String READY = "listens on this machine only";

    private LauncherCheckout checkout;

    @BeforeAll
    void make() throws IOException, InterruptedException {
        checkout = LauncherCheckout.make();
    }

    @AfterAll
    void close() throws IOException {
        checkout.close();
    }

    @Test
    @Order(1)
    void helpNamesEveryCommandAndIsWhatComesWithoutOne() throws IOException, InterruptedException {
        Result help = checkout.run(USUAL, "help");
        assertEquals(0, help.code());
        for (String command :
                List.of("run", "status", "stop", "shell", "verify", "bench", "module new NAME --lang", "help")) {
            assertTrue(help.output().contains("\n  " + command), command);
        }
        assertEquals(help, checkout.run(USUAL));
        assertEquals(help, checkout.run(USUAL, "--help"));
    }

    @Test
    @Order(2)
    void anUnknownCommandIsAnErrorThatNamesItAndShowsTheOthers() throws IOException, InterruptedException {
        Result result = checkout.run(USUAL, "launch");
        assertEquals(1, result.code());
        assertTrue(result.output().contains("unknown command 'launch'"), result.output());
        assertTrue(result.output().contains("usage: ./bascule"), result.output());
    }

    @Test
    @Order(3)
    void withoutAGatewayStatusStopAndShellSayHowToGetOne() throws IOException, InterruptedException {
        for (String command : List.of("status", "stop", "shell")) {
            Result result = checkout.run(USUAL, command);
            assertEquals(1, result.code(), command);
            assertTrue(result.output().contains("'./bascule run' builds and starts it"), result.output());
        }
    }

    @Test
    @Order(4)
    void aJavaThatIsTooOldIsNamedBeforeAnythingIsBuilt() throws IOException, InterruptedException {
        for (String specification : List.of("11", "1.8")) {
            Path java = checkout.script(
                    "jdk-" + specification + "/bin/java",
                    "echo '    java.specification.version = " + specification + "' >&2\n");
            Path home = java.getParent().getParent();
            String version = specification.replaceFirst("^1\\.", "");
            List<Map<String, String>> ways = List.of(
                    Map.of("JAVA_HOME", home.toString()),
                    Map.of("JAVA_HOME", "", "PATH", java.getParent() + ":" + System.getenv("PATH")));
            for (Map<String, String> way : ways) {
                Result result = checkout.run(way, "run");
                assertEquals(1, result.code(), result.output());
                assertTrue(
                        result.output().contains(java + " is Java " + version + "; Bascule needs 17"), result.output());
            }
        }
        assertEquals(0, checkout.mavenCalls());
    }

    @Test
    @Order(5)
    void withoutJavaOrWithoutItsCompilerTheMessageSaysWhatToInstall() throws IOException, InterruptedException {
        Path tools = checkout.root().resolve("tools");
        Files.createDirectories(tools);
        for (String tool : List.of("dirname", "sed", "mkdir", "readlink")) {
            for (String folder : List.of("/usr/bin", "/bin")) {
                if (Files.exists(Path.of(folder, tool)) && !Files.exists(tools.resolve(tool))) {
                    Files.createSymbolicLink(tools.resolve(tool), Path.of(folder, tool));
                }
            }
        }
        Result none = checkout.run(Map.of("JAVA_HOME", "", "PATH", tools.toString()), "run");
        assertEquals(1, none.code());
        assertTrue(none.output().contains("no Java found. Install a JDK 17"), none.output());

        Path java = checkout.script("jre/bin/java", "echo '    java.specification.version = 17' >&2\n");
        Result runtime =
                checkout.run(Map.of("JAVA_HOME", java.getParent().getParent().toString()), "run");
        assertEquals(1, runtime.code());
        assertTrue(runtime.output().contains("runtime without a compiler"), runtime.output());
        assertEquals(0, checkout.mavenCalls());
    }

    /** {@code bench} builds as {@code run} does, and there are no benchmarks here to start. */
    @Test
    @Order(6)
    void aBuildIsRepeatedOnlyWhenASourceHasChangedOrTheLastOneFailed() throws IOException, InterruptedException {
        Files.createFile(checkout.root().resolve("maven-fails"));
        Result failed = checkout.run(USUAL, "bench");
        assertEquals(1, failed.code());
        assertTrue(failed.output().contains("the disk is full of cats"), failed.output());
        assertTrue(failed.output().contains("work/build.log"), failed.output());
        assertEquals(1, checkout.mavenCalls());
        Files.delete(checkout.root().resolve("maven-fails"));

        checkout.run(USUAL, "bench");
        assertEquals(2, checkout.mavenCalls());
        checkout.run(USUAL, "bench");
        assertEquals(2, checkout.mavenCalls());
        checkout.touch("bundles/Changed.java");
        checkout.run(USUAL, "bench");
        assertEquals(3, checkout.mavenCalls());
    }

    @Test
    @Order(7)
    void runIsAServiceWithoutTerminalThatStatusSeesAndStopStops() throws IOException, InterruptedException {
        long builds = checkout.mavenCalls();
        Running run = service();
        assertTrue(run.text().contains("runs as a service"), run.text());
        assertEquals(0, checkout.run(USUAL, "status").code());
        Result second = checkout.run(USUAL, "run");
        assertEquals(1, second.code());
        assertTrue(second.output().contains("runs already"), second.output());
        if (checkout.canRun("ssh", "-V")) {
            LauncherCheckout.await("a command over ssh", Gateway.BOOT_MAX, run, () -> {
                Result status = shell("bascule:status");
                return status.code() == 0 && status.output().contains("modules");
            });
            assertNotEquals(0, shell("bascule:flow-info nobody").code());
        }
        long begin = System.nanoTime();
        Result stop = checkout.run(USUAL, "stop");
        assertEquals(0, stop.code(), stop.output());
        assertTrue(System.nanoTime() - begin < STOP_MAX.toNanos(), stop.output());
        assertTrue(run.process().waitFor(30, TimeUnit.SECONDS), "the launcher became the gateway");
        assertEquals(1, checkout.run(USUAL, "status").code());
        assertEquals(builds, checkout.mavenCalls(), "nothing had changed");
    }

    private Result shell(String command) {
        try {
            return checkout.run(USUAL, "shell", command);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Order(8)
    void onATerminalItIsTheShellWhereCtrlCEndsALineAndCtrlDTheGateway() throws IOException, InterruptedException {
        long builds = checkout.mavenCalls();
        Files.deleteIfExists(log());
        Optional<Running> started = checkout.startOnTerminal("./bascule run");
        assumeTrue(started.isPresent(), "neither script (util-linux) nor python3 is here to make a terminal");
        Running run = started.get();
        // Seconds when the machine is idle; what makes it so is that nothing is built and nothing is unpacked.
        LauncherCheckout.await(
                "the greeting", Duration.ofSeconds(30), run, () -> run.text().contains(READY));
        LauncherCheckout.await("the prompt", Gateway.BOOT_MAX, run, () -> prompts(run) > 0);
        assertEquals(builds, checkout.mavenCalls(), "nothing had changed");
        int before = prompts(run);
        run.type("never-run");
        // A person sees what was typed; before that the console is not reading yet.
        LauncherCheckout.await(
                "the echo", Gateway.WAIT_MAX, run, () -> run.text().contains("never-run"));
        run.type(CTRL_C);
        LauncherCheckout.await("another prompt", Gateway.WAIT_MAX, run, () -> prompts(run) > before);
        assertTrue(run.process().isAlive());
        // What Karaf installs last would be interrupted with a stack trace.
        LauncherCheckout.await("the demo's flow", Gateway.BOOT_MAX, run, this::isFlowRunning);
        run.type(CTRL_D);
        assertTrue(run.process().waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS), run.text());
        assertEquals(1, checkout.run(USUAL, "status").code());
    }

    private static int prompts(Running run) {
        return run.text().split(java.util.regex.Pattern.quote(PROMPT), -1).length - 1;
    }

    @Test
    @Order(9)
    void sigtermToTheLauncherStopsTheGateway() throws IOException, InterruptedException {
        Running run = service();
        run.process().destroy();
        assertTrue(run.process().waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS), run.text());
        assertEquals(1, checkout.run(USUAL, "status").code());
    }

    /** Surefire writes no name for what fails before the first test of a class. */
    @Test
    @Order(10)
    void verifyEndsWithWhatFailedAlsoBeforeTheTestsOfAClass() throws IOException, InterruptedException {
        checkout.script("mvnw", """
                mkdir -p "%1$s/bundles/target/surefire-reports"
                cat > "%1$s/bundles/target/surefire-reports/TEST-x.xml" <<'XML'
                <testsuite name="x.PeerTest" tests="4" errors="1" skipped="0" failures="1">
                  <testcase name="works" classname="x.PeerTest" time="0.1"/>
                  <testcase name="races" classname="x.PeerTest" time="0.1">
                    <flakyFailure message="in vain" type="java.lang.AssertionError"><stackTrace>at x</stackTrace></flakyFailure>
                  </testcase>
                  <testcase name="" classname="x.PeerTest" time="0.1">
                    <error message="these tests need &quot;a peer&quot;&#10;and a port" type="java.lang.AssertionError"/>
                  </testcase>
                  <testcase name="counts(int)[2]" classname="x.PeerTest" time="0.1">
                    <failure message="expected: &lt;1&gt; but was: &lt;2&gt;" type="y">at x</failure>
                  </testcase>
                </testsuite>
                XML
                # What a test of ours made in a checkout of its own says nothing of this one.
                mkdir -p "%1$s/x/target/gateways/y/target/surefire-reports"
                cp "%1$s"/bundles/target/surefire-reports/TEST-x.xml "%1$s/x/target/gateways/y/target/surefire-reports"
                echo "[ERROR] Failed to execute goal surefire:test on project io.bascule.x: There are test failures."
                exit 1
                """.formatted(checkout.root()));
        Result result = checkout.run(USUAL, "verify");
        assertEquals(1, result.code());
        String end = result.output().substring(result.output().indexOf("\nFLAKY") + 1);
        assertEquals(
                List.of(
                        "FLAKY x.PeerTest.races: in vain",
                        "FAILED x.PeerTest.(before or after its tests): these tests need \"a peer\" and a port",
                        "FAILED x.PeerTest.counts(int)[2]: expected: <1> but was: <2>",
                        "FAILED surefire:test on project io.bascule.x: There are test failures."),
                end.lines().limit(4).toList());
        assertTrue(end.endsWith("2 passed, 3 failed\n"), end);
        assertTrue(Files.readString(checkout.root().resolve("work/verify.log")).contains("There are test failures"));
    }

    /** Runs it without terminal and waits until the gateway's remote shell has been opened. */
    private Running service() throws IOException, InterruptedException {
        Files.deleteIfExists(log());
        Running run = checkout.start(USUAL, checkout.root().resolve("bascule").toString(), "run");
        run.process().getOutputStream().close();
        LauncherCheckout.await("the demo's flow", Gateway.BOOT_MAX, run, () -> {
            assertTrue(run.process().isAlive(), run.text());
            return isFlowRunning();
        });
        return run;
    }

    private Path log() {
        return checkout.gateway().resolve("data/log/karaf.log");
    }

    private boolean isFlowRunning() {
        try {
            return Files.exists(log()) && Files.readString(log()).contains("flow=machine-temperature state=RUNNING");
        } catch (IOException e) {
            return false;
        }
    }
}
