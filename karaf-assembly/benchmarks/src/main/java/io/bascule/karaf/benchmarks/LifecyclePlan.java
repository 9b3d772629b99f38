/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * What a gateway under the lifecycle benchmark is to do; a file carries it there.
 *
 * @param ending ending of artefacts: {@code .jar} or {@code .wasm}
 * @param artefacts the folder that holds them
 * @param warmUps updates before anything counts
 * @param seconds how long the load lasts
 * @param updates good versions deployed under load
 * @param rollbacks bad ones among them
 * @param trialMillis trial of the good ones
 * @param plain plain updates for each overflow policy; 0 for none
 * @param hotWarmUps updates before the first look at resources
 * @param hot updates between the first look and the last
 * @param hotSeconds how long these may take, judged by the warm-ups; then they are fewer
 */
record LifecyclePlan(
        String ending,
        Path artefacts,
        int warmUps,
        int seconds,
        int updates,
        int rollbacks,
        int trialMillis,
        int plain,
        int hotWarmUps,
        int hot,
        int hotSeconds) {

    static final String FILE = "etc/bench-lifecycle.properties";

    /** The module that deployments update. */
    static final String MODULE = "steady";

    /** The module that is updated as a plain bundle. */
    static final String PLAIN = "plain";

    /** Flow with the overflow policy that the demo uses, for the module that deployments update. */
    static final String FLOW = "work";

    /** Flows of the plain module; the name ends with the overflow policy. */
    static final String PLAIN_BLOCK = "plain-block";

    static final String PLAIN_DROP = "plain-drop-oldest";

    private static final String TEXT_ENDING = "ending";
    private static final String TEXT_ARTEFACTS = "artefacts";

    /** Returns whether deployment {@code i} under load, from 0, is a bad one: they are spread evenly. */
    boolean isBad(int i) {
        int all = updates + rollbacks;
        return (i + 1) * rollbacks / all > i * rollbacks / all;
    }

    static String loadVersion(int i) {
        return "1.1." + i;
    }

    static String warmUpVersion(int i) {
        return "1.0." + i;
    }

    static String hotVersion(int i) {
        return "2.0." + i;
    }

    Path artefact(String module, String version) {
        return artefacts.resolve(module + "-" + version + ending);
    }

    void write(Path file) throws IOException {
        Properties all = new Properties();
        all.setProperty(TEXT_ENDING, ending);
        all.setProperty(TEXT_ARTEFACTS, artefacts.toString());
        all.setProperty("warmUps", Integer.toString(warmUps));
        all.setProperty("seconds", Integer.toString(seconds));
        all.setProperty("updates", Integer.toString(updates));
        all.setProperty("rollbacks", Integer.toString(rollbacks));
        all.setProperty("trialMillis", Integer.toString(trialMillis));
        all.setProperty("plain", Integer.toString(plain));
        all.setProperty("hotWarmUps", Integer.toString(hotWarmUps));
        all.setProperty("hot", Integer.toString(hot));
        all.setProperty("hotSeconds", Integer.toString(hotSeconds));
        try (Writer out = Files.newBufferedWriter(file)) {
            all.store(out, null);
        }
    }

    static LifecyclePlan read(Path file) throws IOException {
        Properties all = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            all.load(in);
        }
        return new LifecyclePlan(
                all.getProperty(TEXT_ENDING, ""),
                Path.of(all.getProperty(TEXT_ARTEFACTS, "")),
                number(all, "warmUps"),
                number(all, "seconds"),
                number(all, "updates"),
                number(all, "rollbacks"),
                number(all, "trialMillis"),
                number(all, "plain"),
                number(all, "hotWarmUps"),
                number(all, "hot"),
                number(all, "hotSeconds"));
    }

    private static int number(Properties all, String key) {
        return Integer.parseInt(all.getProperty(key, "0"));
    }
}
