/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What no file of the repository may hold, and how long it may be. */
class SourcesTest {

    private static final Checkout CHECKOUT = Checkout.here();

    private static final int LINES_MAX = 500;

    /** Longer files, each with the reason why it is better in one piece. */
    private static final Map<String, String> LONG_FILES = Map.of(
            "docs/reference/shell.md", "written by a test from the commands; one page to search in",
            "docs/reference/configuration.md", "compared with the bundles by a test; one page to search in");

    private static final Pattern WRITTEN_BY_HAND =
            Pattern.compile(".*\\.(java|rs|c|h|ts|js|mjs|sh|py|wit|wat|md|xml|bnd|cfg)|bascule|\\.ci/run");

    /**
     * A token and what to use instead.
     *
     * @param files where it is banned
     * @param token what is banned
     * @param replacement what to do
     * @param exceptions files that may hold it, with the reason beside the list
     */
    private record Ban(String files, Pattern token, String replacement, List<String> exceptions) {
        Ban(String files, String token, String replacement, String... exceptions) {
            this(files, Pattern.compile(token), replacement, List.of(exceptions));
        }

        boolean covers(String file) {
            return file.matches(files) && exceptions.stream().noneMatch(file::startsWith);
        }
    }

    private static final String BENCHMARKS = "karaf-assembly/benchmarks/";
    private static final String SAMPLES = "wasm-bundle-bridge/samples/";
    private static final String SDK = "wasm-bundle-bridge/guest-sdk/";
    private static final String ENGINE = "wasm-bundle-bridge/engine/";

    private static final String JAVA = ".*\\.java";
    private static final String ALL = ".*";

    // The words are put together from parts so that this file does not break its own rules.
    private static final List<Ban> BANS = List.of(
            // Benchmarks talk to the person who started them; a guest has nothing but its console.
            new Ban(JAVA, "System\\." + "out\\b", "a logger, or the shell session's stream", BENCHMARKS, SAMPLES, SDK),
            new Ban(JAVA, "System\\." + "err\\b", "a logger, or the shell session's stream", BENCHMARKS, SAMPLES, SDK),
            new Ban(JAVA, "Thread\\." + "sleep", "a condition with a bound: a latch, a queue's poll, testkit's Await"),
            new Ban(JAVA, "TimeUnit\\.[A-Z]+\\." + "sleep", "a condition with a bound"),
            new Ban(JAVA, "new " + "Date\\(", "java.time with an injected Clock"),
            new Ban(JAVA, "System\\." + "currentTimeMillis", "an injected java.time.Clock", BENCHMARKS),
            new Ban(JAVA, "print" + "StackTrace", "log.error(\"what failed\", e), or let it go up"),
            new Ban(JAVA, "java\\.util\\." + "logging", "org.slf4j"),
            new Ban(JAVA, "import static [a-z.]+\\.[A-Z]\\w*\\.\\*" + ";", "the members by name"),
            new Ban(JAVA, "import [a-z.]+\\.\\*" + ";", "the types by name"),
            new Ban(JAVA, "System\\." + "exit\\(", "let the caller end: a gateway has many tenants", BENCHMARKS),
            new Ban(JAVA, "Thread\\.currentThread\\(\\)\\." + "setContextClassLoader", "pass the class loader on"),
            // Tests write odd modules as text; that no bundle does is a rule of LayersTest.
            new Ban(JAVA, "com\\." + "dylibso(?!\\.chicory\\.wabt\\.)", "io.bascule.wasm.engine", ENGINE, BENCHMARKS),
            new Ban(".*\\.(java|rs|c|h|ts)", "@" + "author", "nothing: Git knows"),
            new Ban(ALL, "FIX" + "ME", "the fix, or an issue"),
            new Ban(ALL, "\\bTO" + "DO\\b(?!\\(#\\d+\\))", "the work, or TO" + "DO(#issue)"),
            new Ban(ALL, "\\bX" + "XX\\b", "the work, or an issue"),
            new Ban(ALL, "/wo" + "rk/(main|shared|\\.)", "a path relative to the repository"),
            // Examples in help texts are about somebody called ada.
            new Ban(
                    ALL,
                    "/(ro" + "ot|home/(?!ada/)\\w+|Us" + "ers/\\w+)/",
                    "a path relative to the repository, or $HOME"),
            new Ban(
                    JAVA,
                    "(Path\\.of|Paths\\.get|new File)\\(\"/(?!proc/|\")",
                    "a path from configuration, or @TempDir"),
            new Ban(".*\\.sh|bascule|\\.ci/run", "/tm" + "p/\\w", "mktemp"),
            new Ban(ALL, "/tm" + "p/(w|bash_jobs)/", "a path relative to the repository"),
            new Ban(ALL, "C:\\\\" + "\\w", "a path relative to the repository"));

    /** Texts that are not ours: licences, the wrapper as Maven generates it, lock files of package managers. */
    private static final Pattern NOT_OURS = Pattern.compile(
            "LICENSE|(.*/)?licen[cs]es/.*|mvnw|.*/(package-lock\\.json|Cargo\\.lock)|.*\\.(csv|wasm|hex|bin)");

    @Test
    void filesAreShort() {
        Findings findings = new Findings("files have at most " + LINES_MAX + " lines, or a reason in LONG_FILES");
        for (String file : CHECKOUT.files(f -> WRITTEN_BY_HAND.matcher(f).matches())) {
            long lines = CHECKOUT.text(file).lines().count();
            findings.check(lines <= LINES_MAX || LONG_FILES.containsKey(file), file + " has " + lines + " lines");
        }
        for (String file : LONG_FILES.keySet()) {
            findings.check(CHECKOUT.has(file), "LONG_FILES names " + file + ", which is gone");
        }
        findings.verify();
    }

    @Test
    void noFileHoldsABannedToken() {
        Findings findings = new Findings("banned tokens have a replacement");
        for (String file : CHECKOUT.files(f -> !NOT_OURS.matcher(f).matches())) {
            if (CHECKOUT.isText(file)) {
                List<String> lines = CHECKOUT.text(file).lines().toList();
                for (Ban ban : BANS) {
                    if (ban.covers(file)) {
                        find(file, lines, ban, findings);
                    }
                }
            }
        }
        findings.verify();
    }

    @Test
    void bansFindWhatTheyBan() {
        List<String> samples = List.of(
                "System." + "out.println(1);",
                "Thread." + "sleep(10);",
                "Instant now = new " + "Date().toInstant();",
                "// TO" + "DO later",
                "import java.util." + "*;",
                "cd /ro" + "ot/project");
        for (String sample : samples) {
            assertTrue(
                    BANS.stream()
                            .anyMatch(b -> b.covers("bundles/core/flow/A.java")
                                    && b.token().matcher(sample).find()),
                    "no ban finds: " + sample);
        }
        assertFalse(
                BANS.stream()
                        .anyMatch(b ->
                                b.token().matcher("// TO" + "DO(#12) later").find()),
                "a note with an issue number is allowed");
    }

    @Test
    void everyJavaFileNamesItsLicence() {
        // A template becomes its user's own code, under whatever licence the user likes.
        Findings findings = new Findings("Java sources start with their SPDX licence line");
        for (String file : CHECKOUT.files(f -> f.endsWith(".java") && !f.contains("/templates/"))) {
            boolean hasLicence = CHECKOUT.text(file)
                    .lines()
                    .limit(3)
                    .anyMatch(l -> l.contains("SPDX-License-Identifier: Apache-2.0"));
            findings.check(hasLicence, file + " has no SPDX line; run ./mvnw -pl <module> spotless:apply");
        }
        findings.verify();
    }

    @Test
    void shellScriptsAreExecutableAndParse() {
        Findings findings = new Findings("scripts with a shell in their first line are executable and parse");
        int seen = 0;
        for (String file : CHECKOUT.files(f -> !NOT_OURS.matcher(f).matches())) {
            String first = CHECKOUT.text(file).lines().findFirst().orElse("");
            if (first.matches("#! ?(/usr)?/bin/(env )?(ba|da)?sh( .*)?")) {
                seen++;
                findings.check(
                        Files.isExecutable(CHECKOUT.root().resolve(file)),
                        file + " is not executable; run: git update-index --chmod=+x " + file + " && chmod +x " + file);
                String shell = first.contains("bash") ? "bash" : "sh";
                try {
                    Checkout.run(CHECKOUT.root(), shell, "-n", file);
                } catch (AssertionError e) {
                    findings.add(file + ": " + e.getMessage());
                }
            }
        }
        findings.verify();
        assertTrue(seen > 0, "no shell script found");
    }

    private static void find(String file, List<String> lines, Ban ban, Findings findings) {
        for (int i = 0; i < lines.size(); i++) {
            if (ban.token().matcher(lines.get(i)).find()) {
                findings.add(file + ":" + (i + 1) + ": " + lines.get(i).trim() + "\n      use " + ban.replacement());
            }
        }
    }
}
