/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** The distribution polls many Modbus TCP devices, each a process made of libmodbus, once a second. */
final class ModbusSuite implements Bench.Suite {

    private static final int DEVICES = 50;
    private static final int CHANNELS = 200;
    private static final int WARM_UP_SECONDS = 20;
    private static final int MEASURED_SECONDS = 60;
    private static final int CONNECT_SECONDS = 60;
    private static final double JITTER_TARGET_MILLIS = 100;

    private record Look(long connected, long channels, long scans, long overruns, long skipped) {}

    @Override
    public String run(PrintStream progress) throws Exception {
        Path work = Files.createTempDirectory("bascule-bench-modbus");
        List<CompiledPeer> peers = new ArrayList<>();
        try (Gateway gateway = Gateway.unpack(work.resolve("gateway"))) {
            CompiledPeer first = CompiledPeer.start(CompiledPeer.MODBUS, "-I/usr/include/modbus", "-lmodbus");
            peers.add(first);
            gateway.removeDemo();
            gateway.addFeatures("bascule-driver-modbus");
            gateway.addBundle(
                    DriverProbe.class, "org.osgi.framework,io.bascule.api.channel,io.bascule.api.channel.driver", 90);
            while (peers.size() < DEVICES) {
                peers.add(first.another());
            }
            for (int i = 0; i < DEVICES; i++) {
                configure(gateway.home(), i, peers.get(i).port());
            }
            gateway.start();
            return measure(gateway, progress);
        } finally {
            for (CompiledPeer peer : peers) {
                peer.close();
            }
            Gateway.delete(work);
        }
    }

    private static void configure(Path home, int number, int port) throws IOException {
        StringJoiner channels = new StringJoiner(";");
        for (int i = 0; i < CHANNELS; i++) {
            channels.add("c" + i + "=input:" + i);
        }
        Files.writeString(
                home.resolve("etc/io.bascule.driver.modbus-m" + number + ".cfg"),
                "device = m" + number + "\nhost = 127.0.0.1\nport = " + port
                        + "\nunit = 1\nscanPeriodMillis = 1000\nchannels = " + channels + "\n");
    }

    private static String measure(Gateway gateway, PrintStream progress) throws IOException, InterruptedException {
        Path file = gateway.home().resolve(DriverProbe.FILE);
        Path jitters = gateway.home().resolve(DriverProbe.JITTERS);
        for (int i = 0; i < CONNECT_SECONDS && (!Files.exists(file) || look(file).connected < DEVICES); i++) {
            Bench.pause(1);
        }
        Bench.pause(WARM_UP_SECONDS);
        Look from = look(file);
        int looksBefore = Files.readAllLines(jitters).size();
        double cpuFrom = gateway.cpuSeconds();
        long began = System.nanoTime();
        Bench.pause(MEASURED_SECONDS);
        Look to = look(file);
        double seconds = (System.nanoTime() - began) / 1e9;
        double cpu = gateway.cpuSeconds() - cpuFrom;
        long[] late = Files.readAllLines(jitters).stream()
                .skip(looksBefore)
                .flatMap(line -> Arrays.stream(line.split(" ", -1)))
                .mapToLong(Long::parseLong)
                .sorted()
                .toArray();
        String row = String.format(
                Locale.ROOT,
                "| %d | %d | %.2f | %.1f | %.1f | %.1f | %d | %d | %.1f | %.0f |%n",
                to.connected,
                to.channels,
                (to.scans - from.scans) / seconds / DEVICES,
                SequenceRun.quantile(late, 0.5) / 1e6,
                SequenceRun.quantile(late, 0.99) / 1e6,
                SequenceRun.quantile(late, 1) / 1e6,
                to.overruns - from.overruns,
                to.skipped - from.skipped,
                100 * cpu / seconds,
                gateway.memoryMebibytes("VmRSS"));
        progress.print(row);
        return String.format(
                        Locale.ROOT,
                        "%d devices of %d input registers each, one scan a second, %d s; each device is a process made of libmodbus"
                                + " on the same machine. Target: jitter of at most %.0f ms, on one core.%n%n",
                        DEVICES,
                        CHANNELS,
                        MEASURED_SECONDS,
                        JITTER_TARGET_MILLIS)
                + "| devices connected | channels | scans a second and device | how late a scan began, ms: median | p99 | max | overruns |"
                + " scans left out | CPU, % of one core | resident, MiB |\n|---|---|---|---|---|---|---|---|---|---|\n"
                + row;
    }

    private static Look look(Path file) throws IOException {
        String[] parts = Files.readString(file).split(" ", -1);
        long[] figures = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            figures[i] = Long.parseLong(parts[i]);
        }
        return new Look(figures[0], figures[1], figures[2], figures[3], figures[4]);
    }
}
