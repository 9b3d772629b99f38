/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A driver in WebAssembly against the same driver in Java: both read one meter, a program in C, over loopback as fast as they can, one
 * after the other in each round. CPU is that of the thread that reads: the driver, the sandbox and the calls into the kernel.
 */
final class DriverSuite implements Bench.Suite {

    private static final int[] CHANNELS = {1, 20, 200};
    private static final int ROUNDS = 7;
    private static final Duration WARM_UP = Duration.ofSeconds(4);
    private static final Duration ROUND = Duration.ofSeconds(2);
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final double MICROS = 1e3;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    /** One side in one round. */
    private record Figures(double readsPerSecond, double cpuMicros) {}

    /** Takes readings and adds them up, so that nobody can leave the reading out. */
    private static final class Sum implements ReadingSink {
        private double total;
        private long count;
        private long missing;

        @Override
        public void f64(int index, double value, Quality quality, long timeNanos) {
            total += value;
            count++;
        }

        @Override
        public void value(int index, Value value, Quality quality, long timeNanos) {
            count++;
        }

        @Override
        public void none(int index, Quality quality) {
            missing++;
        }
    }

    @Override
    public String run(PrintStream progress) throws Exception {
        StringBuilder table =
                new StringBuilder("A read asks a meter in C, over loopback, for all channels, 20 in a request;"
                        + " one thread, one request at a time. Medians of " + ROUNDS + " rounds.\n\n"
                        + "| channels | Java reads/s | WASM reads/s | WASM / Java | Java CPU per read, µs | WASM CPU per read, µs |"
                        + " WASM / Java |\n|---|---|---|---|---|---|---|\n");
        try (CompiledPeer meter = CompiledPeer.start(CompiledPeer.METER);
                WasmMeterDriver wasm = new WasmMeterDriver()) {
            for (int channels : CHANNELS) {
                table.append(compare(channels, meter.endpoint(), wasm.drivers(), progress));
            }
        }
        return table.toString();
    }

    private String compare(int channels, String endpoint, DriverFactory<?> wasm, PrintStream progress)
            throws Exception {
        DriverFactory<JavaMeterDriver.Point> java = JavaMeterDriver::create;
        try (Side ofJava = Side.open(java, endpoint, channels);
                Side ofWasm = Side.open(wasm, endpoint, channels)) {
            measure(ofJava, WARM_UP);
            measure(ofWasm, WARM_UP);
            List<Figures> javaRounds = new ArrayList<>();
            List<Figures> wasmRounds = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                javaRounds.add(measure(ofJava, ROUND));
                wasmRounds.add(measure(ofWasm, ROUND));
            }
            Figures javaMedian = median(javaRounds);
            Figures wasmMedian = median(wasmRounds);
            progress.printf(
                    Locale.ROOT,
                    "%d channels: Java %.0f reads/s, WASM %.0f%n",
                    channels,
                    javaMedian.readsPerSecond,
                    wasmMedian.readsPerSecond);
            return String.format(
                    Locale.ROOT,
                    "| %d | %.0f | %.0f | %.2f | %.1f | %.1f | %.2f |%n",
                    channels,
                    javaMedian.readsPerSecond,
                    wasmMedian.readsPerSecond,
                    wasmMedian.readsPerSecond / javaMedian.readsPerSecond,
                    javaMedian.cpuMicros,
                    wasmMedian.cpuMicros,
                    wasmMedian.cpuMicros / javaMedian.cpuMicros);
        }
    }

    private static Figures median(List<Figures> rounds) {
        double[] reads =
                rounds.stream().mapToDouble(Figures::readsPerSecond).sorted().toArray();
        double[] cpu = rounds.stream().mapToDouble(Figures::cpuMicros).sorted().toArray();
        return new Figures(reads[reads.length / 2], cpu[cpu.length / 2]);
    }

    private Figures measure(Side side, Duration time) throws Exception {
        long cpu = threads.getCurrentThreadCpuTime();
        long begun = System.nanoTime();
        long reads = 0;
        while (System.nanoTime() - begun < time.toNanos()) {
            side.read();
            reads++;
        }
        long took = System.nanoTime() - begun;
        return new Figures(reads * 1e9 / took, (threads.getCurrentThreadCpuTime() - cpu) / MICROS / reads);
    }

    /** A driver that is connected and knows what to read. */
    private static final class Side implements AutoCloseable {
        private final Driver<?> driver;
        private final ReadPlan plan;
        private final int channels;
        private final Sum sum = new Sum();

        private Side(Driver<?> driver, ReadPlan plan, int channels) {
            this.driver = driver;
            this.plan = plan;
            this.channels = channels;
        }

        static <A extends Address> Side open(DriverFactory<A> factory, String endpoint, int channels) throws Exception {
            DeviceSettings settings = new DeviceSettings(Map.of("endpoint", endpoint));
            Driver<A> driver = factory.create(settings);
            settings.requireNoProblem("the meter");
            List<A> addresses = new ArrayList<>();
            for (int i = 0; i < channels; i++) {
                addresses.add(driver.address(new ChannelConfig("c" + i, i + ":f64", Map.of(), "")));
            }
            ReadPlan plan = driver.plan(addresses, ROUND);
            driver.connect(Deadline.after(LIMIT));
            return new Side(driver, plan, channels);
        }

        void read() throws Exception {
            long before = sum.count;
            plan.read(sum, Deadline.after(LIMIT));
            if (sum.count != before + channels || sum.missing > 0 || Double.isNaN(sum.total)) {
                throw new IllegalStateException("a read of " + channels + " channels told of " + (sum.count - before)
                        + " values and " + sum.missing + " that are missing; figures of it would be worth nothing");
            }
        }

        @Override
        public void close() {
            driver.disconnect();
        }
    }
}
