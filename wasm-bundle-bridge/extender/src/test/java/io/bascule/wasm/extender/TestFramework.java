/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.util.tracker.ServiceTracker;

/** A Felix framework in the test's process; contracts come from the test's class path, so that tests can use services. */
final class TestFramework {

    private static final String SHARED = String.join(
            ",",
            "io.bascule.api.security;version=1.0.0",
            "io.bascule.api.channel;version=1.0.0",
            "io.bascule.api.channel.alert;version=1.0.0",
            "io.bascule.api.channel.driver;version=1.0.0",
            "io.bascule.api.module;version=1.0.0",
            "io.bascule.api.module.spi;version=1.0.0",
            "com.google.gson;version=2.15.0",
            "com.google.gson.stream;version=2.15.0",
            "org.slf4j;version=1.7.36",
            "org.osgi.service.cm;version=1.6.1",
            "org.osgi.service.component;version=1.5.1",
            "org.osgi.service.component.runtime;version=1.5.0",
            "org.osgi.service.component.runtime.dto;version=1.5.0",
            "org.osgi.util.promise;version=1.3.0",
            "org.osgi.util.function;version=1.2.0");

    /** The watched folder, beside the framework's own. */
    static final String DEPLOY = "deploy";

    private final Framework framework;

    TestFramework(Path directory) throws Exception {
        Map<String, String> config = new HashMap<>();
        config.put(Constants.FRAMEWORK_STORAGE, directory.toString());
        config.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        config.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, SHARED);
        config.put("felix.log.level", "1");
        Path deploy = Files.createDirectories(directory.resolveSibling(DEPLOY));
        config.put("felix.fileinstall.dir", deploy.toString());
        config.put("felix.fileinstall.poll", "200");
        config.put("felix.fileinstall.noInitialDelay", "true");
        config.put("felix.fileinstall.log.level", "0");
        framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(config);
        framework.start();
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** Installs the artefacts that hold these classes, then starts them. */
    void start(String... classNames) throws Exception {
        List<Bundle> bundles = new ArrayList<>();
        for (String className : classNames) {
            String path = Class.forName(className, false, TestFramework.class.getClassLoader())
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toExternalForm();
            bundles.add(context().installBundle("reference:" + path));
        }
        for (Bundle bundle : bundles) {
            bundle.start();
        }
    }

    <T> ServiceTracker<T, T> track(Class<T> type) {
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context(), type, null);
        tracker.open();
        return tracker;
    }

    void stop() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }
}
