/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * How long a gateway takes to have every bundle active, and the memory of an idle one, against a Karaf with the same Karaf
 * features and JVM options but nothing of ours. Starts are alternated, so that a change of the machine's speed hits both.
 */
final class BootSuite implements Bench.Suite {

    private static final int ROUNDS = 5;
    private static final Duration START_MAX = Duration.ofMinutes(2);
    private static final Duration IDLE = Duration.ofSeconds(20);
    private static final String MARKER_JAR = "marker/ready-marker.jar";

    private record Start(double seconds, double residentMebibytes, double cpuSeconds) {}

    @Override
    public String run(PrintStream progress) throws Exception {
        Path archive = distribution();
        Path work = Files.createTempDirectory("bascule-bench-boot");
        try {
            Path ours = unpack(archive, work.resolve("bascule"));
            Path stock = unpack(archive, work.resolve("stock"));
            removeOurs(stock);
            addMarker(ours);
            addMarker(stock);
            Start[][] starts = new Start[2][ROUNDS];
            Start firstOurs = start(ours, progress, "bascule, first start");
            Start firstStock = start(stock, progress, "stock, first start");
            for (int i = 0; i < ROUNDS; i++) {
                starts[0][i] = start(ours, progress, "bascule, start " + (i + 2));
                starts[1][i] = start(stock, progress, "stock, start " + (i + 2));
            }
            Start medianOurs = median(starts[0]);
            Start medianStock = median(starts[1]);
            return "| figure | Bascule | Karaf with the same features | ratio | target |\n|---|---|---|---|---|\n"
                    + row("first start, s", firstOurs.seconds, firstStock.seconds, "")
                    + row("later starts, median s", medianOurs.seconds, medianStock.seconds, "1.2, and < 6 s")
                    + row("CPU until idle, median s", medianOurs.cpuSeconds, medianStock.cpuSeconds, "")
                    + row(
                            "resident after " + IDLE.toSeconds() + " s idle, median MiB",
                            medianOurs.residentMebibytes,
                            medianStock.residentMebibytes,
                            "< 200 MiB");
        } finally {
            delete(work);
        }
    }

    private static String row(String figure, double ours, double stock, String target) {
        return String.format(
                Locale.ROOT, "| %s | %.2f | %.2f | %.2f | %s |%n", figure, ours, stock, ours / stock, target);
    }

    private static Path distribution() throws IOException {
        Path target = Artefacts.root().resolve("karaf-assembly/distribution/target");
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(f -> f.toString().endsWith(".tar.gz"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "no distribution in " + target + "; run './bascule bench boot', which builds it"));
        }
    }

    private static Path unpack(Path archive, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Process tar = new ProcessBuilder(
                        "tar", "xzf", archive.toString(), "--strip-components=1", "-C", folder.toString())
                .inheritIO()
                .start();
        if (tar.waitFor() != 0) {
            throw new IOException("cannot unpack " + archive);
        }
        return folder;
    }

    /** Takes our features, modules and flows out: what is left is a Karaf. */
    private static void removeOurs(Path home) throws IOException {
        Path features = home.resolve("etc/org.apache.karaf.features.cfg");
        String text = Files.readString(features);
        text = Pattern.compile("[ \\t]*bascule-[^,\\s]+,?[ \\t]*(\\\\\\n)?")
                .matcher(text)
                .replaceAll("");
        Files.writeString(features, text);
        delete(home.resolve("deploy"));
        Files.createDirectories(home.resolve("deploy"));
    }

    /** Adds the bundle that tells when every bundle is active, the same to both sides. */
    private static void addMarker(Path home) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", ReadyMarker.class.getName());
        manifest.getMainAttributes().putValue("Bundle-Version", "1.0.0");
        manifest.getMainAttributes().putValue("Bundle-Activator", ReadyMarker.class.getName());
        manifest.getMainAttributes().putValue("Import-Package", "org.osgi.framework,org.osgi.framework.startlevel");
        Path jar = home.resolve("system").resolve(MARKER_JAR);
        Files.createDirectories(jar.getParent());
        String entry = ReadyMarker.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream code = ReadyMarker.class.getResourceAsStream("/" + entry)) {
            if (code == null) {
                throw new IOException("the class " + entry + " is not on the class path");
            }
            out.putNextEntry(new ZipEntry(entry));
            code.transferTo(out);
        }
        Files.writeString(
                home.resolve("etc/startup.properties"),
                "\nreference\\:file\\:" + MARKER_JAR + " = 20\n",
                StandardOpenOption.APPEND);
    }

    private static Start start(Path home, PrintStream progress, String what) throws Exception {
        Path marker = home.resolve(ReadyMarker.FILE);
        Files.deleteIfExists(marker);
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/karaf").toString(), "server")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        long began = System.nanoTime();
        Process process = builder.start();
        try {
            awaitReady(process, marker, began);
            double seconds = (System.nanoTime() - began) / 1e9;
            // An idle figure needs idle time: this waits, it does not poll for anything.
            new java.util.concurrent.CountDownLatch(1).await(IDLE.toSeconds(), TimeUnit.SECONDS);
            ProcessHandle jvm = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                    .max(Comparator.comparingLong(p -> resident(p.pid())))
                    .orElseThrow();
            Start start = new Start(
                    seconds,
                    resident(jvm.pid()) / 1024.0,
                    jvm.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0);
            progress.printf(Locale.ROOT, "%s: %.2f s, %.0f MiB%n", what, start.seconds, start.residentMebibytes);
            return start;
        } finally {
            stop(process);
        }
    }

    /** Ends the script and the JVM below it, which goes on writing to its folder until it is gone. */
    private static void stop(Process process) throws Exception {
        java.util.List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroy);
        for (ProcessHandle one : all) {
            try {
                one.onExit().get(30, TimeUnit.SECONDS);
            } catch (java.util.concurrent.TimeoutException stuck) {
                one.destroyForcibly();
                one.onExit().get();
            }
        }
    }

    private static void awaitReady(Process process, Path marker, long began) throws IOException, InterruptedException {
        while (!Files.exists(marker)) {
            if (System.nanoTime() - began > START_MAX.toNanos() || process.waitFor(5, TimeUnit.MILLISECONDS)) {
                throw new IOException(
                        marker.getParent() + " did not start within " + START_MAX + "; see its data/log/karaf.log");
            }
        }
    }

    /** Returns the resident set in KiB, 0 when the process is gone. */
    private static long resident(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(l -> l.startsWith("VmRSS:"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException gone) {
            return 0;
        }
    }

    private static Start median(Start[] starts) {
        return new Start(
                median(Arrays.stream(starts).mapToDouble(Start::seconds)),
                median(Arrays.stream(starts).mapToDouble(Start::residentMebibytes)),
                median(Arrays.stream(starts).mapToDouble(Start::cpuSeconds)));
    }

    private static double median(java.util.stream.DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
