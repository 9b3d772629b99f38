/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;

/** What the gateway's process holds, seen from inside. Any thread. */
final class Resources {

    private static final int COLLECTIONS_MAX = 10;
    private static final int COLLECTED_BYTES_MIN = 16 * 1024;

    private Resources() {}

    /**
     * Collects, and returns, with blanks between: heap, metaspace, code and resident bytes; threads, open files, loaded classes,
     * bundles.
     */
    static String look(BundleContext context) throws IOException {
        long heap = heapAfterCollection();
        return String.join(
                " ",
                Long.toString(heap),
                Long.toString(pool("Metaspace")),
                Long.toString(pool("Code")),
                Long.toString(residentBytes()),
                Integer.toString(ManagementFactory.getThreadMXBean().getThreadCount()),
                Long.toString(openFiles()),
                Integer.toString(ManagementFactory.getClassLoadingMXBean().getLoadedClassCount()),
                Integer.toString(context.getBundles().length));
    }

    /** Collects until what is used stops shrinking. */
    private static long heapAfterCollection() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS_MAX; i++) {
            System.gc();
            long now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            boolean isLast = now >= used - COLLECTED_BYTES_MIN;
            used = Math.min(used, now);
            if (isLast) {
                break;
            }
        }
        return used;
    }

    private static long pool(String name) {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().startsWith(name))
                .mapToLong(pool -> pool.getUsage().getUsed())
                .sum();
    }

    private static long residentBytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
