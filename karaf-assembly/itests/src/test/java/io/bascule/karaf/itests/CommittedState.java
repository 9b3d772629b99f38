/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static io.bascule.karaf.itests.MortalGateway.objects;
import static io.bascule.karaf.itests.MortalGateway.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a gateway says about itself that must go together: its committed generation, the bundles that run, the history, the
 * configurations, the data path, and what is on the disk.
 *
 * @param generation number of the current generation, 0 for none
 * @param modules what the current generation holds: name to {@code version digest}
 * @param generations what each generation holds that can be returned to, by number
 * @param history the newest entries, the newest first
 * @param problems what does not go together; empty when all is as it should be
 */
record CommittedState(
        int generation,
        Map<String, String> modules,
        Map<Integer, Map<String, String>> generations,
        List<JsonObject> history,
        List<String> problems) {

    private static final String[] QUESTIONS = {
        "bascule:generations --json",
        "bascule:service-list --json",
        "bascule:flow-list --json",
        "bascule:deployments --json",
        "bascule:history --json --limit 20",
        "bascule:alert-list --all --json --limit 200",
        "bascule:grants --json",
    };

    /** Asks everything at once. What takes a moment after a start is a problem as long as it is not done. */
    static CommittedState ask(MortalGateway gateway) throws IOException {
        List<JsonElement> answers = gateway.jsons(QUESTIONS);
        List<JsonObject> generations = objects(answers.get(0));
        List<JsonObject> current = generations.stream()
                .filter(each -> each.get("current").getAsBoolean())
                .toList();
        List<String> problems = new ArrayList<>();
        List<JsonObject> modules =
                current.isEmpty() ? List.of() : objects(current.get(0).get("modules"));
        compareBundles(modules, objects(answers.get(1)), problems);
        compareFlows(modules, objects(answers.get(2)), problems);
        for (JsonObject deployment : objects(answers.get(3))) {
            if (text(deployment, "outcome").isEmpty()) {
                problems.add("deployment " + deployment.get("id") + " runs although nobody asked for one");
            }
        }
        for (JsonObject alert : objects(answers.get(5))) {
            if (text(alert, "text").contains("deployment store")) {
                problems.add("a mere kill is told as damage: " + text(alert, "text"));
            }
        }
        compareFiles(gateway, generations, problems);
        compareSettings(gateway, modules, objects(answers.get(6)), problems);
        Map<Integer, Map<String, String>> held = new TreeMap<>();
        generations.forEach(each -> held.put(each.get("number").getAsInt(), versions(objects(each.get("modules")))));
        return new CommittedState(
                current.isEmpty() ? 0 : current.get(0).get("number").getAsInt(),
                versions(modules),
                held,
                objects(answers.get(4)),
                problems);
    }

    static Map<String, String> versions(List<JsonObject> modules) {
        Map<String, String> versions = new TreeMap<>();
        modules.forEach(each -> versions.put(text(each, "name"), text(each, "version") + " " + text(each, "digest")));
        return versions;
    }

    private static String location(JsonObject module) {
        return "bascule:" + text(module, "name") + "/" + text(module, "version") + "/" + text(module, "digest");
    }

    private static void compareBundles(List<JsonObject> modules, List<JsonObject> services, List<String> problems) {
        Set<String> wanted = new TreeSet<>();
        modules.forEach(each -> wanted.add(location(each) + " READY"));
        Set<String> got = new TreeSet<>();
        for (JsonObject service : services) {
            if (text(service, "location").startsWith("bascule:")) {
                got.add(text(service, "location") + " " + text(service, "state"));
                if (!text(service, "share").equals("100 %")
                        && !service.getAsJsonArray("stages").isEmpty()) {
                    problems.add(text(service, "name") + " " + text(service, "version") + " has a share of "
                            + text(service, "share"));
                }
            }
        }
        if (!got.equals(wanted)) {
            problems.add("expected the bundles " + wanted + ", got " + got);
        }
    }

    private static void compareFlows(List<JsonObject> modules, List<JsonObject> flows, List<String> problems) {
        for (JsonObject module : modules) {
            String name = text(module, "name");
            boolean isUsed = flows.stream().anyMatch(flow -> text(flow, "name").equals(name));
            long out = MortalGateway.stage(flows, name, "work")
                    .map(stage -> stage.get("readingsOut").getAsLong())
                    .orElse(-1L);
            if (isUsed && out <= 0) {
                problems.add("no reading has come through " + name + " yet");
            }
        }
    }

    private static void compareFiles(MortalGateway gateway, List<JsonObject> generations, List<String> problems)
            throws IOException {
        StoreOnDisk store = new StoreOnDisk(gateway.home());
        if (!store.leftovers().isEmpty()) {
            problems.add("files are left: " + store.leftovers());
        }
        Set<String> needed = new TreeSet<>();
        for (JsonObject generation : generations) {
            objects(generation.get("modules")).forEach(module -> needed.add(text(module, "digest")));
        }
        if (!store.artefacts().equals(needed)) {
            problems.add("expected the artefacts " + needed + ", got " + store.artefacts());
        }
    }

    /** Configurations are read once the rest is right, because asking for them takes long. */
    private static void compareSettings(
            MortalGateway gateway, List<JsonObject> modules, List<JsonObject> grants, List<String> problems)
            throws IOException {
        for (JsonObject module : modules) {
            JsonElement wanted = module.get("grants");
            if (!wanted.isJsonNull()) {
                Set<String> expected = new TreeSet<>();
                objects(wanted).forEach(grant -> expected.add(text(grant, "capability")));
                Set<String> got = new TreeSet<>();
                grants.stream()
                        .filter(grant -> text(grant, "module").equals(text(module, "name")))
                        .forEach(grant -> got.add(text(grant, "capability")));
                if (!got.equals(expected)) {
                    problems.add(text(module, "name") + ": expected the grants " + expected + ", got " + got);
                }
            }
        }
        if (!problems.isEmpty()) {
            return;
        }
        StringBuilder questions = new StringBuilder("config:list '(service.pid=*|*)'");
        modules.stream()
                .filter(module -> !module.get("configuration").isJsonNull())
                .forEach(module ->
                        questions.append(" ; config:property-list --pid ").append(text(module, "name")));
        String got = gateway.ok(questions.toString());
        if (got.contains("|")) {
            problems.add("configurations for one version are left: " + got);
        }
        for (JsonObject module : modules) {
            JsonElement wanted = module.get("configuration");
            if (!wanted.isJsonNull()) {
                wanted.getAsJsonObject().entrySet().forEach(each -> {
                    if (!got.contains(each.getKey() + " = " + each.getValue().getAsString())) {
                        problems.add(text(module, "name") + ": expected the configuration " + each + ", got " + got);
                    }
                });
            }
        }
    }
}
