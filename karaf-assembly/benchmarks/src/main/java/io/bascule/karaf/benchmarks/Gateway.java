/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/** The distribution, unpacked into a folder of its own, changed for a measurement, started and stopped. One thread. */
final class Gateway implements AutoCloseable {

    private static final Duration START_MAX = Duration.ofMinutes(2);
    private static final Duration STOP_MAX = Duration.ofSeconds(30);

    /** System property: the archive to unpack, if it is not where the build puts it. */
    private static final String DISTRIBUTION = "bascule.distribution";

    private static final String STOCK_ARCHIVE = "karaf-assembly/benchmarks/target/stock/apache-karaf.tar.gz";
    private static final Pattern DEMO_SETTINGS = Pattern.compile("io\\.bascule\\.(driver|connectors)\\.");
    private static final String FEATURES_FILE = "etc/org.apache.karaf.features.cfg";

    private final Path home;
    private final Map<String, String> environment = new HashMap<>();
    private @Nullable Process process;

    private Gateway(Path home) {
        this.home = home;
    }

    /** Unpacks the distribution into {@code home}. */
    static Gateway unpack(Path home) throws IOException, InterruptedException {
        return unpack(distribution(), home);
    }

    private static Gateway unpack(Path archive, Path home) throws IOException, InterruptedException {
        Files.createDirectories(home);
        Process tar = new ProcessBuilder(
                        "tar", "xzf", archive.toString(), "--strip-components=1", "-C", home.toString())
                .inheritIO()
                .start();
        if (tar.waitFor() != 0) {
            throw new IOException("cannot unpack " + archive);
        }
        Gateway gateway = new Gateway(home);
        gateway.addBundle(ReadyMarker.class, "org.osgi.framework,org.osgi.framework.startlevel", 20);
        return gateway;
    }

    /**
     * Unpacks Apache's own Karaf into {@code home}: its start script and options, the third-party features and bundles of
     * {@code ours}, none of our bundles. It listens on the same loopback ports.
     */
    static Gateway unpackStock(Path home, Gateway ours) throws IOException, InterruptedException {
        Gateway stock = unpack(Artefacts.root().resolve(STOCK_ARCHIVE), home);
        Path system = ours.home.resolve("system");
        try (Stream<Path> files = Files.walk(system)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy =
                        home.resolve("system").resolve(system.relativize(file).toString());
                if (!Files.exists(copy) && !file.startsWith(system.resolve("io/bascule"))) {
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
        for (String name : List.of("etc/org.apache.karaf.shell.cfg", "etc/org.apache.felix.http.cfg")) {
            Files.copy(ours.home.resolve(name), home.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> boot = ours.setting("featuresBoot").stream()
                .filter(feature -> !feature.startsWith("bascule-"))
                .toList();
        List<String> repositories = ours.setting("featuresRepositories").stream()
                .filter(repository -> !repository.contains("io.bascule"))
                .toList();
        Files.writeString(
                home.resolve(FEATURES_FILE),
                "featuresRepositories = " + String.join(", ", repositories) + "\nfeaturesBoot = "
                        + String.join(", ", boot) + "\nfeaturesBootAsynchronous = false\n");
        return stock;
    }

    private List<String> setting(String key) throws IOException {
        Properties settings = new Properties();
        try (InputStream file = Files.newInputStream(home.resolve(FEATURES_FILE))) {
            settings.load(file);
        }
        String value = settings.getProperty(key);
        if (value == null) {
            throw new IOException(home.resolve(FEATURES_FILE) + " does not set " + key);
        }
        return Stream.of(value.split(",", -1)).map(String::strip).toList();
    }

    /** Sets an environment variable of the next starts. */
    void setEnvironment(String name, String value) {
        environment.put(name, value);
    }

    private static Path distribution() throws IOException {
        String given = System.getProperty(DISTRIBUTION);
        if (given != null) {
            return Path.of(given);
        }
        Path target = Artefacts.root().resolve("karaf-assembly/distribution/target");
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(f -> f.toString().endsWith(".tar.gz"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "no distribution in " + target + "; './bascule bench' builds it first"));
        }
    }

    Path home() {
        return home;
    }

    /** Takes the demo's device, flow, modules, broker and connection out. */
    void removeDemo() throws IOException {
        delete(home.resolve("deploy"));
        delete(home.resolve("etc/flows"));
        Files.createDirectories(home.resolve("deploy"));
        Files.createDirectories(home.resolve("etc/flows"));
        try (Stream<Path> files = Files.list(home.resolve("etc"))) {
            for (Path file : files.filter(f ->
                            DEMO_SETTINGS.matcher(f.getFileName().toString()).lookingAt())
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    /** Lets it listen on ports that nobody has: another gateway may run beside it. */
    void useFreePorts() throws IOException {
        replace("etc/org.apache.karaf.shell.cfg", "sshPort = 8101", "sshPort = " + MqttPeer.freePort());
        replace(
                "etc/org.apache.felix.http.cfg",
                "org.osgi.service.http.port = 8181",
                "org.osgi.service.http.port = " + MqttPeer.freePort());
    }

    private void replace(String name, String old, String fresh) throws IOException {
        Path file = home.resolve(name);
        String text = Files.readString(file);
        if (!text.contains(old)) {
            throw new IOException(file + " does not contain '" + old + "'");
        }
        Files.writeString(file, text.replace(old, fresh));
    }

    /** Lets it start with further features, whose bundles the distribution has; those that it starts with anyhow stay as they are. */
    void addFeatures(String... names) throws IOException {
        List<String> present = setting("featuresBoot");
        String added = Stream.of(names)
                .filter(name -> !present.contains(name))
                .map(name -> name + ", ")
                .collect(Collectors.joining());
        Path features = home.resolve(FEATURES_FILE);
        Files.writeString(
                features,
                Pattern.compile("^(\\s*featuresBoot\\s*=\\s*)", Pattern.MULTILINE)
                        .matcher(Files.readString(features))
                        .replaceFirst("$1" + added));
    }

    /** Takes everything of ours out: what is left is a Karaf that is started as Bascule is. */
    void removeBascule() throws IOException {
        removeDemo();
        Path features = home.resolve(FEATURES_FILE);
        String text = Files.readString(features);
        text = Pattern.compile("[ \\t]*bascule-[^,\\s]+,?[ \\t]*(\\\\\\n)?")
                .matcher(text)
                .replaceAll("");
        Files.writeString(features, text);
        Path startup = home.resolve("etc/startup.properties");
        Files.write(
                startup,
                Files.readAllLines(startup).stream()
                        .filter(line -> !line.contains("io/bascule/") && !line.contains("com/google/code/gson/"))
                        .toList());
    }

    /** Adds a bundle made of one class of this module, which is its activator, others, and the classes nested in them. */
    void addBundle(Class<?> activator, String imports, int startLevel, Class<?>... others) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", activator.getName());
        manifest.getMainAttributes().putValue("Bundle-Version", "1.0.0");
        manifest.getMainAttributes().putValue("Bundle-Activator", activator.getName());
        manifest.getMainAttributes().putValue("Import-Package", imports);
        String name = "bench/" + activator.getSimpleName() + ".jar";
        Path jar = home.resolve("system").resolve(name);
        Files.createDirectories(jar.getParent());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            addClass(out, activator);
            for (Class<?> other : others) {
                addClass(out, other);
            }
        }
        Files.writeString(
                home.resolve("etc/startup.properties"),
                "\nreference\\:file\\:" + name + " = " + startLevel + "\n",
                StandardOpenOption.APPEND);
    }

    private static void addClass(JarOutputStream out, Class<?> type) throws IOException {
        String entry = type.getName().replace('.', '/') + ".class";
        try (InputStream code = type.getResourceAsStream("/" + entry)) {
            if (code == null) {
                throw new IOException("the class " + entry + " is not on the class path");
            }
            out.putNextEntry(new ZipEntry(entry));
            code.transferTo(out);
        }
        for (Class<?> nested : type.getDeclaredClasses()) {
            addClass(out, nested);
        }
    }

    /** Starts as a service and waits until every bundle is active. Returns the seconds that took. */
    double start() throws IOException, InterruptedException {
        return start("");
    }

    /** Starts as a service and waits until every bundle is active and {@code flow}, unless empty, runs. */
    double start(String flow) throws IOException, InterruptedException {
        Path marker = home.resolve(ReadyMarker.FILE);
        Path log = home.resolve("data/log/karaf.log");
        Files.deleteIfExists(marker);
        Files.deleteIfExists(log);
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/karaf").toString(), "server")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        long began = System.nanoTime();
        Process started = builder.start();
        process = started;
        while (!Files.exists(marker)
                || (!flow.isEmpty() && !Files.readString(log).contains("flow=" + flow + " state=RUNNING"))) {
            if (System.nanoTime() - began > START_MAX.toNanos() || started.waitFor(10, TimeUnit.MILLISECONDS)) {
                throw new IOException(home + " did not start within " + START_MAX + "; see its data/log/karaf.log");
            }
        }
        return (System.nanoTime() - began) / 1e9;
    }

    boolean isAlive() {
        Process running = process;
        return running != null && running.isAlive();
    }

    /** Returns CPU seconds of the JVM since it started. */
    double cpuSeconds() {
        return jvm().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0;
    }

    /** Returns a memory figure of the JVM in MiB: {@code VmRSS} is resident now, {@code VmHWM} the most so far. */
    double memoryMebibytes(String figure) {
        return kibibytes(jvm().pid(), figure) / 1024.0;
    }

    private ProcessHandle jvm() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        return Stream.concat(Stream.of(running.toHandle()), running.descendants())
                .max(Comparator.comparingLong(p -> kibibytes(p.pid(), "VmRSS")))
                .orElseThrow();
    }

    private static long kibibytes(long pid, String figure) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(l -> l.startsWith(figure + ":"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException gone) {
            return 0;
        }
    }

    /** Ends the script and the JVM below it, which goes on writing to its folder until it is gone. */
    @Override
    public void close() throws IOException {
        Process running = process;
        if (running == null) {
            return;
        }
        process = null;
        List<ProcessHandle> all = Stream.concat(running.descendants(), Stream.of(running.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroy);
        for (ProcessHandle one : all) {
            one.onExit()
                    .completeOnTimeout(one, STOP_MAX.toSeconds(), TimeUnit.SECONDS)
                    .join();
            if (one.isAlive()) {
                one.destroyForcibly();
                one.onExit().join();
            }
        }
    }

    static void delete(Path folder) throws IOException {
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
