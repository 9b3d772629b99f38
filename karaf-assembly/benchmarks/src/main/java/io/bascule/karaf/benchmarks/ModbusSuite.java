/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The distribution polls many Modbus TCP devices, each a process made of libmodbus, once a second. */
final class ModbusSuite implements Bench.Suite {

    private static final int DEVICES = 50;
    private static final int CHANNELS = 200;
    private static final int WARM_UP_SECONDS = 20;
    private static final int MEASURED_SECONDS = 60;
    private static final int CONNECT_SECONDS = 60;
    private static final int COMPILE_SECONDS = 60;
    private static final double JITTER_TARGET_MILLIS = 100;

    private record Look(
            long connected,
            long channels,
            long scans,
            long overruns,
            long skipped,
            long suppressed,
            long jitterNanos) {}

    @Override
    public String run(PrintStream progress) throws Exception {
        Path work = Files.createTempDirectory("bascule-bench-modbus");
        List<Process> peers = new ArrayList<>();
        try (Gateway gateway = Gateway.unpack(work.resolve("gateway"))) {
            Path peer = compile(work);
            gateway.removeDemo();
            gateway.addFeatures("bascule-driver-modbus");
            gateway.addBundle(
                    DriverProbe.class, "org.osgi.framework,io.bascule.api.channel,io.bascule.api.channel.driver", 90);
            for (int i = 0; i < DEVICES; i++) {
                Process started = new ProcessBuilder(peer.toString(), "tcp")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                peers.add(started);
                configure(gateway.home(), i, port(started));
            }
            gateway.start();
            return measure(gateway, progress);
        } finally {
            peers.forEach(Process::destroy);
            Gateway.delete(work);
        }
    }

    private static Path compile(Path work) throws IOException, InterruptedException {
        Path binary = work.resolve("peer");
        Process cc = new ProcessBuilder(
                        "cc",
                        "-O2",
                        "-I/usr/include/modbus",
                        "-o",
                        binary.toString(),
                        Artefacts.root()
                                .resolve("device-drivers/modbus/src/test/c/peer.c")
                                .toString(),
                        "-lmodbus")
                .inheritIO()
                .start();
        if (!cc.waitFor(COMPILE_SECONDS, TimeUnit.SECONDS) || cc.exitValue() != 0) {
            throw new IOException("the modbus suite needs a C compiler and libmodbus; on Debian"
                    + " 'apt-get install gcc libc6-dev libmodbus-dev'");
        }
        return binary;
    }

    private static int port(Process peer) throws IOException {
        BufferedReader out = peer.inputReader(StandardCharsets.US_ASCII);
        String line = out.readLine();
        if (line == null) {
            throw new IOException("a Modbus device of the bench did not start");
        }
        return Integer.parseInt(line.strip());
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
        for (int i = 0; i < CONNECT_SECONDS && (!Files.exists(file) || look(file).connected < DEVICES); i++) {
            pause(1);
        }
        pause(WARM_UP_SECONDS);
        Look from = look(file);
        double cpuFrom = gateway.cpuSeconds();
        long began = System.nanoTime();
        pause(MEASURED_SECONDS);
        Look to = look(file);
        double seconds = (System.nanoTime() - began) / 1e9;
        double cpu = gateway.cpuSeconds() - cpuFrom;
        String row = String.format(
                Locale.ROOT,
                "| %d | %d | %.2f | %.1f | %d | %d | %.1f | %.0f |%n",
                to.connected,
                to.channels,
                (to.scans - from.scans) / seconds / DEVICES,
                to.jitterNanos / 1e6,
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
                + "| devices connected | channels | scans a second and device | jitter p99 of the worst device, ms | overruns |"
                + " scans left out | CPU, % of one core | resident, MiB |\n|---|---|---|---|---|---|---|---|\n" + row;
    }

    private static void pause(int seconds) throws InterruptedException {
        new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
    }

    private static Look look(Path file) throws IOException {
        String[] parts = Files.readString(file).split(" ", -1);
        long[] figures = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            figures[i] = Long.parseLong(parts[i]);
        }
        return new Look(figures[0], figures[1], figures[2], figures[3], figures[4], figures[5], figures[6]);
    }
}
