/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.ScanFigures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * A bundle of its own, put into the measured gateway: each second it writes into {@value #FILE} how all devices are doing:
 * devices connected, channels, scans, overruns, scans left out; and adds to {@value #JITTERS} a line that says for each scan how
 * late its last one began, in nanoseconds.
 */
public final class DriverProbe implements BundleActivator {

    static final String FILE = "data/driver-figures";
    static final String JITTERS = "data/driver-jitters";
    private static final long LOOK_NANOS = 1_000_000_000;

    private @Nullable Thread looking;

    @Override
    public void start(BundleContext context) {
        Path file = Path.of(System.getProperty("karaf.base", ".")).resolve(FILE);
        Thread thread = new Thread(
                () -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        look(context, file);
                        LockSupport.parkNanos(LOOK_NANOS);
                    }
                },
                "bench-driver-probe");
        thread.setDaemon(true);
        thread.start();
        looking = thread;
    }

    @Override
    public void stop(BundleContext context) {
        Thread running = looking;
        if (running != null) {
            running.interrupt();
        }
    }

    private static void look(BundleContext context, Path file) {
        ServiceReference<DriverRuntime> reference = context.getServiceReference(DriverRuntime.class);
        DriverRuntime runtime = reference == null ? null : context.getService(reference);
        if (runtime == null) {
            return;
        }
        List<DeviceFigures> devices = runtime.list();
        long connected = devices.stream()
                .filter(device -> device.state() == ConnectionState.CONNECTED)
                .count();
        List<ScanFigures> scans =
                devices.stream().flatMap(device -> device.scans().stream()).toList();
        long[] figures = {
            connected,
            scans.stream().mapToLong(ScanFigures::channels).sum(),
            scans.stream().mapToLong(ScanFigures::scans).sum(),
            scans.stream().mapToLong(ScanFigures::overruns).sum(),
            scans.stream().mapToLong(ScanFigures::skipped).sum()
        };
        StringBuilder line = new StringBuilder();
        for (long figure : figures) {
            line.append(line.length() == 0 ? "" : " ").append(figure);
        }
        String jitters = scans.stream()
                .map(scan -> String.valueOf(scan.jitterLastNanos()))
                .collect(Collectors.joining(" ", "", "\n"));
        try {
            Files.writeString(
                    file.resolveSibling(Path.of(JITTERS).getFileName()),
                    jitters,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            Path draft = file.resolveSibling(file.getFileName() + ".draft");
            Files.writeString(draft, line);
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
