/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The data path of the real distribution: source, one stage, sink, with batches of 512 readings. The stage is a sandboxed
 * module, the same function as a built-in Java rule (value x factor + offset), or a module with more work.
 */
final class FlowSuite implements Bench.Suite {

    private static final int WARM_UP_SECONDS = 20;
    private static final int MEASURED_SECONDS = 20;
    private static final int SETTLE_SECONDS = 3;

    private static final double MICROS = 1e3;

    /** {@code full}: latency of a batch while the source sends as fast as it can; {@code paced}: at one a millisecond. */
    private record Load(
            double perSecond,
            double perCpuSecond,
            Latencies full,
            Latencies paced,
            double heapMebibytes,
            double residentMebibytes) {}

    private record Sample(long nanos, long count, long heapBytes, Latencies latencies) {}

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
        Map<String, Load> loads = new LinkedHashMap<>();
        loads.put("built-in rule `scale` (Java)", java);
        loads.put("module `unit-conversion` (WASM)", wasm);
        loads.put("module `moving-average`, window 16 (WASM)", average);
        StringBuilder table =
                new StringBuilder("Batches of 512 readings; the source sends as fast as the flow takes them.\n\n"
                        + "| stage | M readings/s | M readings per CPU second (target 5) | CPU s per M readings |"
                        + " CPU against Java | peak heap, MiB | peak resident, MiB |\n|---|---|---|---|---|---|---|\n");
        loads.forEach((stage, load) -> table.append(throughput(stage, load, java)));
        table.append(
                "\nTime of a batch from source to sink, in microseconds. Flat out it is mostly the time in full queues;"
                        + " paced is one batch a millisecond (512 000 readings/s).\n\n"
                        + "| stage | paced: median | p99 | max | flat out: median | p99 | max |\n|---|---|---|---|---|---|---|\n");
        loads.forEach((stage, load) -> table.append(latency(stage, load)));
        return table.toString();
    }

    private static String throughput(String stage, Load load, Load baseline) {
        return String.format(
                Locale.ROOT,
                "| %s | %.2f | %.2f | %.3f | %.2f | %.0f | %.0f |%n",
                stage,
                load.perSecond / 1e6,
                load.perCpuSecond / 1e6,
                1e6 / load.perCpuSecond,
                baseline.perCpuSecond / load.perCpuSecond,
                load.heapMebibytes,
                load.residentMebibytes);
    }

    private static String latency(String stage, Load load) {
        return String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f |%n",
                stage,
                load.paced.quantile(0.5) / MICROS,
                load.paced.quantile(0.99) / MICROS,
                load.paced.quantile(1) / MICROS,
                load.full.quantile(0.5) / MICROS,
                load.full.quantile(0.99) / MICROS,
                load.full.quantile(1) / MICROS);
    }

    private static Load measure(String stage, String module, PrintStream progress) throws Exception {
        Path work = Files.createTempDirectory("bascule-bench-flow");
        try (Gateway gateway = Gateway.unpack(work.resolve("gateway"))) {
            gateway.removeDemo();
            gateway.addBundle(
                    LoadEnds.class,
                    "org.osgi.framework,io.bascule.api.channel,io.bascule.api.flow,io.bascule.api.flow.spi",
                    90,
                    Latencies.class);
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
            Load load = measure(gateway);
            progress.printf(
                    Locale.ROOT, "%s: %.2f M readings/s%n", module.isEmpty() ? "java" : module, load.perSecond / 1e6);
            return load;
        } finally {
            Gateway.delete(work);
        }
    }

    private static Load measure(Gateway gateway) throws IOException, InterruptedException {
        Path count = gateway.home().resolve(LoadEnds.FILE);
        await(count);
        Bench.pause(WARM_UP_SECONDS);
        Sample from = sample(count);
        double cpuFrom = gateway.cpuSeconds();
        Bench.pause(MEASURED_SECONDS);
        Sample to = sample(count);
        double cpu = gateway.cpuSeconds() - cpuFrom;
        double readings = to.count - from.count;
        Files.createFile(gateway.home().resolve(LoadEnds.PACED));
        // Time for the full queues to run empty.
        Bench.pause(SETTLE_SECONDS);
        Sample pacedFrom = sample(count);
        Bench.pause(MEASURED_SECONDS);
        Sample pacedTo = sample(count);
        return new Load(
                readings * 1e9 / (to.nanos - from.nanos),
                readings / cpu,
                to.latencies.since(from.latencies),
                pacedTo.latencies.since(pacedFrom.latencies),
                pacedTo.heapBytes / (1024.0 * 1024.0),
                gateway.memoryMebibytes("VmHWM"));
    }

    private static void await(Path count) throws IOException, InterruptedException {
        for (int i = 0; i < 600 && !Files.exists(count); i++) {
            new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
        }
        if (!Files.exists(count)) {
            throw new IOException("no reading arrived within 60 s; see data/log/karaf.log of the gateway");
        }
    }

    private static Sample sample(Path file) throws IOException {
        String[] parts = Files.readString(file).split(" ", 4);
        if (parts.length != 4) {
            throw new IOException(file + " does not hold what the sink writes: " + parts.length + " parts, expected 4");
        }
        return new Sample(
                Long.parseLong(parts[0]),
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Latencies.parse(parts[3]));
    }
}
