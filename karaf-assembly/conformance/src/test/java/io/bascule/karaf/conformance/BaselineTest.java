/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import aQute.bnd.differ.Baseline;
import aQute.bnd.differ.DiffPluginImpl;
import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Instructions;
import aQute.bnd.osgi.Jar;
import aQute.bnd.osgi.Processor;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The comparison of contracts with their last release fails when it should, and is part of the build; see cnf/baseline. */
class BaselineTest {

    private static final String RELEASED = "String read(String name); int count();";

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0} at {1}: breaks {2}, needs {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "String read(String name); int count();              | 1.0.0 | false | 1.0.0",
                "String read(String name);                           | 1.0.0 | true  | 2.0.0",
                "String read(String name);                           | 1.1.0 | true  | 2.0.0",
                "String read(String name);                           | 2.0.0 | false | 2.0.0",
                "String read(Object name); int count();              | 1.0.0 | true  | 2.0.0",
                "String read(String name); int count(); long size(); | 1.0.0 | true  | 1.1.0",
                "String read(String name); int count(); long size(); | 1.1.0 | false | 1.1.0"
            })
    void aChangeNeedsTheVersionThatItsImportersRelyOn(String members, String version, boolean isBreach, String needed)
            throws Exception {
        try (Jar older = contract("older", RELEASED, "1.0.0");
                Jar newer = contract("newer", members, version)) {
            Baseline baseline = new Baseline(new Processor(), new DiffPluginImpl());
            List<Baseline.Info> infos = List.copyOf(baseline.baseline(newer, older, new Instructions("*")));
            assertEquals(1, infos.size());
            assertEquals(isBreach, infos.get(0).mismatch, "mismatch");
            assertEquals(needed, infos.get(0).suggestedVersion.toString());
        }
    }

    @Test
    void theBuildComparesEveryContractAndNeverSkipsItSilently() {
        Checkout checkout = Checkout.here();
        String parent = checkout.text(Poms.PARENT);
        assertTrue(
                parent.contains("<goal>baseline</goal>") && parent.contains("/cnf/baseline</url>"),
                Poms.PARENT + " no longer runs bnd-baseline-maven-plugin against cnf/baseline");
        assertTrue(
                checkout.text(".mvn/maven.config").contains("-Daether.offline.protocols=file"),
                ".mvn/maven.config no longer lets an offline build read cnf/baseline");
        Findings findings = new Findings("every API bundle turns on the profile contract of " + Poms.PARENT);
        for (BundleFolder bundle : checkout.bundles()) {
            if (bundle.isApi()) {
                findings.check(
                        checkout.has(bundle.path() + "/src/main/java/io/bascule/api"),
                        bundle + " has no src/main/java/io/bascule/api, by which the profile is switched on");
            }
        }
        findings.verify();
    }

    /** Compiles an interface for providers with the given members into a bundle that exports it. */
    private Jar contract(String name, String members, String version) throws Exception {
        Path sources = Files.createDirectories(folder.resolve(name));
        Path file = sources.resolve("Contract.java");
        String text = "package demo; @org.osgi.annotation.versioning.ProviderType public interface Contract { "
                + members + " }";
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        Path classes = Files.createDirectories(folder.resolve(name + "-classes"));
        OutputStream problems = new ByteArrayOutputStream();
        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        problems,
                        problems,
                        "-proc:none",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        file.toString());
        assertEquals(0, code, problems::toString);
        try (Builder builder = new Builder()) {
            builder.addClasspath(new File(classes.toString()));
            builder.setBundleSymbolicName("demo");
            builder.setProperty("Export-Package", "demo;version=" + version);
            builder.setProperty("-noimportjava", "true");
            Jar jar = builder.build();
            assertTrue(builder.isOk(), () -> "" + builder.getErrors());
            // The builder closes its jars; the test keeps its own copy.
            Path copy = folder.resolve(name + ".jar");
            jar.write(copy.toFile());
            return new Jar(copy.toFile());
        }
    }
}
