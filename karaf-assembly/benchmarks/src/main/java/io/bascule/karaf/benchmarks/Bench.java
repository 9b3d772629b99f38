/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs the suites named on the command line, or all: prints a Markdown section for each and puts it into
 * docs/benchmarks.md in the place of its last figures.
 */
public final class Bench {

    private static final Map<String, Suite> SUITES = new LinkedHashMap<>();

    static {
        SUITES.put("kernels", new KernelSuite());
        SUITES.put("footprint", new FootprintSuite());
        SUITES.put("driver", new DriverSuite());
        SUITES.put("flow", new FlowSuite());
        SUITES.put("mqtt", new MqttSuite());
        SUITES.put("modbus", new ModbusSuite());
        SUITES.put("store", new StoreSuite());
        SUITES.put("lifecycle", new LifecycleSuite());
        SUITES.put("boot", new BootSuite());
        SUITES.put("soak", new SoakSuite());
    }

    /** A set of measurements that belong together. */
    interface Suite {
        /** Measures; progress goes to {@code progress}. Returns Markdown below the heading. */
        String run(PrintStream progress) throws Exception;
    }

    /** Found by a suite that judges what it sees: the gateway does something wrong. Its figures are not recorded. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }
    }

    /** Set to a number above 0, suites that take long are short: for work on them, not for figures. */
    private static final String SHORT = "BASCULE_BENCH_SHORT";

    private Bench() {}

    /** Runs. Exits with 2 when a suite is unknown, with 1 when one found something wrong; figures alone are not judged. */
    public static void main(String[] args) throws Exception {
        PrintStream out =
                new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8);
        List<String> wanted = args.length == 0 ? List.copyOf(SUITES.keySet()) : List.of(args);
        for (String name : wanted) {
            if (!SUITES.containsKey(name)) {
                out.println("bench: there is no suite '" + name + "'; there are " + String.join(", ", SUITES.keySet()));
                System.exit(2);
            }
        }
        for (String name : wanted) {
            out.println("== " + name);
            Suite suite = SUITES.get(name);
            try {
                String figures = suite == null ? "" : suite.run(out);
                out.println(figures);
                Report.replaceSection(
                        Artefacts.root().resolve("docs/benchmarks.md"), name, machine(name) + "\n" + figures);
            } catch (Failure e) {
                out.println("bench: " + e.getMessage());
                System.exit(1);
            }
        }
        out.println("figures are in docs/benchmarks.md");
    }

    /** Returns how short suites are to be; 0 when they are not, which is also the meaning of an empty variable. */
    static int shortened() throws Failure {
        String text = System.getenv().getOrDefault(SHORT, "").strip();
        if (!text.matches("[0-9]{0,6}")) {
            throw new Failure(
                    SHORT + " is '" + text + "'; expected a number such as 1, or nothing for figures that count");
        }
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }

    /** Lets what is measured run: time is what it is measured against, not a condition. */
    static void pause(int seconds) throws InterruptedException {
        new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
    }

    private static String machine(String suite) throws IOException {
        return String.format(
                Locale.ROOT,
                "`./bascule bench %s` on %s, %d processors, Java %s (%s), %s.%n",
                suite,
                cpu(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                System.getProperty("java.vm.name"),
                java.time.LocalDate.now(java.time.ZoneOffset.UTC));
    }

    private static String cpu() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return System.getProperty("os.arch", "unknown");
        }
        try (var lines = Files.lines(info)) {
            return lines.filter(l -> l.startsWith("model name"))
                    .map(l -> l.substring(l.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch", "unknown"));
        }
    }
}
