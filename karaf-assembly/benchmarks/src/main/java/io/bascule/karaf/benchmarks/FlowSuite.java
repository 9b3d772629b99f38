/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The data path of the real distribution: source, one stage, sink, with batches of 512 readings. The stage is a sandboxed
 * module, the same function as a built-in Java rule (value x factor + offset), or a module with more work.
 */
final class FlowSuite implements Bench.Suite {

    private static final int WARM_UP_SECONDS = 20;
    private static final int MEASURED_SECONDS = 20;

    private record Load(double perSecond, double perCpuSecond, double peakMebibytes) {}

    private record Sample(long nanos, long count) {}

    @Override
    public String run(PrintStream progress) throws Exception {
        Load java = measure("\"type\":\"scale\",\"config\":{\"factor\":1.8,\"offset\":32}", "", progress);
        Load wasm = measure(
                "\"type\":\"module\",\"module\":\"unit-conversion\",\"config\":{\"factor\":1.8,\"offset\":32}",
                "unit-conversion",
                progress);
        Load average = measure(
                "\"type\":\"module\",\"module\":\"moving-average\",\"config\":{\"window\":16}",
                "moving-average",
                progress);
        return "| stage | M readings/s | M readings per CPU second (target 5) | CPU s per M readings | peak MiB |"
                + " CPU against Java |\n|---|---|---|---|---|---|\n"
                + row("built-in rule `scale` (Java)", java, java)
                + row("module `unit-conversion` (WASM)", wasm, java)
                + row("module `moving-average`, window 16 (WASM)", average, java);
    }

    private static String row(String stage, Load load, Load baseline) {
        return String.format(
                Locale.ROOT,
                "| %s | %.2f | %.2f | %.3f | %.0f | %.2f |%n",
                stage,
                load.perSecond / 1e6,
                load.perCpuSecond / 1e6,
                1e6 / load.perCpuSecond,
                load.peakMebibytes,
                baseline.perCpuSecond / load.perCpuSecond);
    }

    private static Load measure(String stage, String module, PrintStream progress) throws Exception {
        Path work = Files.createTempDirectory("bascule-bench-flow");
        try (Gateway gateway = Gateway.unpack(work.resolve("gateway"))) {
            gateway.removeDemo();
            gateway.addBundle(
                    LoadEnds.class,
                    "org.osgi.framework,io.bascule.api.channel,io.bascule.api.flow,io.bascule.api.flow.spi",
                    90);
            if (!module.isEmpty()) {
                Files.write(
                        gateway.home().resolve("deploy/" + module + "-1.0.0.wasm"), Artefacts.sample(module, "1.0.0"));
                Files.writeString(
                        gateway.home().resolve("etc/io.bascule.security.grants.cfg"),
                        "\n" + module + ".channel-read = **\n" + module + ".channel-write = **\n",
                        StandardOpenOption.APPEND);
            }
            Files.writeString(
                    gateway.home().resolve("etc/flows/load.json"),
                    "{\"name\":\"load\",\"stages\":[{\"id\":\"in\",\"type\":\"bench-pump\"},{\"id\":\"work\"," + stage
                            + "},{\"id\":\"out\",\"type\":\"bench-count\"}],"
                            + "\"edges\":[{\"from\":\"in\",\"to\":\"work\"},{\"from\":\"work\",\"to\":\"out\"}]}");
            gateway.start();
            Path count = gateway.home().resolve(LoadEnds.FILE);
            await(count);
            pause(WARM_UP_SECONDS);
            Sample from = sample(count);
            double cpuFrom = gateway.cpuSeconds();
            pause(MEASURED_SECONDS);
            Sample to = sample(count);
            double cpu = gateway.cpuSeconds() - cpuFrom;
            double readings = to.count - from.count;
            Load load = new Load(
                    readings * 1e9 / (to.nanos - from.nanos), readings / cpu, gateway.memoryMebibytes("VmHWM"));
            progress.printf(
                    Locale.ROOT, "%s: %.2f M readings/s%n", module.isEmpty() ? "java" : module, load.perSecond / 1e6);
            return load;
        } finally {
            Gateway.delete(work);
        }
    }

    /** Lets the load run: time is what is measured against, not a condition. */
    private static void pause(int seconds) throws InterruptedException {
        new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
    }

    private static void await(Path count) throws IOException, InterruptedException {
        for (int i = 0; i < 600 && !Files.exists(count); i++) {
            new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
        }
        if (!Files.exists(count)) {
            throw new IOException("no reading arrived within 60 s; see data/log/karaf.log of the gateway");
        }
    }

    /** The file is rewritten in place: a half-written one is read again. */
    private static Sample sample(Path file) throws IOException {
        for (int i = 0; i < 100; i++) {
            String[] parts = Files.readString(file).split(" ", 2);
            if (parts.length == 2 && !parts[1].isEmpty()) {
                return new Sample(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
            }
        }
        throw new IOException(file + " does not hold a count");
    }
}
