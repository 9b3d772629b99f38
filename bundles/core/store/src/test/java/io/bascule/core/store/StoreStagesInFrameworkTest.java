/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.api.store.ReadingStore;
import io.bascule.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** Which store the sink takes, by declarative services in a real framework. */
class StoreStagesInFrameworkTest {

    private static final List<String> JARS = List.of(
            "org.osgi.util.function", "org.osgi.util.promise", "org.osgi.service.component", "org.apache.felix.scr");
    private static final Path OURS = Path.of("target/classes").toAbsolutePath();
    private static final Pattern IMPORT = Pattern.compile("([a-z][\\w.]+);version=\"\\[([\\d.]+),");

    private static final StageOutput NOWHERE = new StageOutput() {
        @Override
        public void send(Batch batch) {
            throw new AssertionError("a sink sent " + batch);
        }

        @Override
        public void sendMessage(String topic, byte[] payload) {
            throw new AssertionError("a sink sent to " + topic);
        }
    };

    @TempDir
    private Path storage;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private Framework framework;

    @BeforeEach
    void start() throws BundleException, IOException {
        Map<String, String> settings = new HashMap<>();
        settings.put(Constants.FRAMEWORK_STORAGE, storage.toString());
        settings.put("felix.log.level", "0");
        // The test and the bundle share the classes of the contracts.
        settings.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, String.join(",", imports()));
        settings.put(Constants.FRAMEWORK_BOOTDELEGATION, "io.bascule.api.*,org.slf4j.*,com.google.gson.*");
        framework = ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(settings);
        framework.start();
        for (String jar : JARS) {
            framework.getBundleContext().installBundle("file:" + jar(jar));
        }
        framework.getBundleContext().installBundle("reference:file:" + OURS);
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            bundle.start();
        }
    }

    @AfterEach
    void stop() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(10_000);
    }

    /** What the bundle imports, without what the framework and declarative services bring. */
    private static List<String> imports() throws IOException {
        try (InputStream in = Files.newInputStream(OURS.resolve("META-INF/MANIFEST.MF"))) {
            Matcher matcher =
                    IMPORT.matcher(new Manifest(in).getMainAttributes().getValue(Constants.IMPORT_PACKAGE));
            List<String> imports = new ArrayList<>();
            while (matcher.find()) {
                if (!matcher.group(1).startsWith("org.osgi.")
                        && !matcher.group(1).startsWith("org.sqlite")) {
                    imports.add(matcher.group(1) + ";version=" + matcher.group(2));
                }
            }
            return imports;
        }
    }

    private static String jar(String name) {
        for (String path : System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
            if (Path.of(path).getFileName().toString().startsWith(name + "-")) {
                return path;
            }
        }
        throw new IllegalStateException("the test needs " + name + " on its class path");
    }

    private ServiceRegistration<ReadingStore> register(String name, int ranking) {
        ReadingStore store = (ReadingStore) Proxy.newProxyInstance(
                ReadingStore.class.getClassLoader(),
                new Class<?>[] {ReadingStore.class},
                (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "append" -> {
                            asked.add(name);
                            return CompletableFuture.completedFuture(((Batch) arguments[0]).size());
                        }
                        case "equals" -> {
                            return proxy == arguments[0];
                        }
                        case "hashCode" -> {
                            return System.identityHashCode(proxy);
                        }
                        default -> throw new AssertionError("not expected: " + method);
                    }
                });
        return framework
                .getBundleContext()
                .registerService(
                        ReadingStore.class,
                        store,
                        FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_RANKING, ranking)));
    }

    private boolean isThere() {
        return framework.getBundleContext().getServiceReference(StageFactory.class) != null;
    }

    /** Stores a batch by a stage that is opened now. */
    private void append() throws FlowException {
        BundleContext context = framework.getBundleContext();
        ServiceReference<StageFactory> reference = context.getServiceReference(StageFactory.class);
        try (Stage stage = context.getService(reference).open("f", "keep", "{}", NOWHERE)) {
            stage.accept(Batch.EMPTY);
        } finally {
            context.ungetService(reference);
        }
    }

    @Test
    void aBetterStoreThatComesLaterIsTakenAndTheOtherOneAgainWhenItGoes() throws FlowException {
        register("small", 0);
        Await.until("the sink", this::isThere);
        BundleContext context = framework.getBundleContext();
        // A flow keeps its factory in use, which is when a reference that is not greedy stays with what it has.
        StageFactory used = context.getService(context.getServiceReference(StageFactory.class));
        assertEquals(StageFactory.Role.SINK, used.role());
        append();
        ServiceRegistration<ReadingStore> better = register("large", 100);
        Await.until("the sink with the better store", this::isThere);
        append();
        better.unregister();
        Await.until("the sink with the first store", this::isThere);
        append();
        assertEquals(List.of("small", "large", "small"), asked);
    }
}
