/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.deployment.Generation;
import io.bascule.api.module.deployment.GenerationModule;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.deployment.Outcome;
import io.bascule.api.module.deployment.Step;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.NamePattern;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** What the store keeps, as JSON. */
final class Json {

    private Json() {}

    /**
     * Reads a JSON object.
     *
     * @throws StoreException when {@code text} is no JSON or not what {@code reader} expects
     */
    static <T> T read(Path file, String text, Function<JsonObject, T> reader) throws StoreException {
        try {
            return reader.apply(JsonParser.parseString(text).getAsJsonObject());
        } catch (RuntimeException e) {
            // Whatever is wrong in it, down to a missing member, it is one thing to the caller: not readable by this
            // version.
            throw new StoreException(
                    "file '" + file + "' is not what this version of Bascule writes: " + e
                            + "; expected it to come from this version or an older one",
                    e);
        }
    }

    static JsonObject of(Generation generation) throws StoreException {
        JsonObject json = new JsonObject();
        json.addProperty("number", generation.number());
        json.addProperty("deployment", generation.deployment());
        json.addProperty("name", generation.name());
        json.addProperty("who", generation.who());
        json.addProperty("committed", generation.committed().toString());
        JsonArray modules = new JsonArray();
        for (GenerationModule module : generation.modules()) {
            modules.add(of(module));
        }
        json.add("modules", modules);
        return json;
    }

    static Generation generation(JsonObject json) {
        return new Generation(
                json.get("number").getAsInt(),
                json.get("deployment").getAsLong(),
                text(json, "name"),
                text(json, "who"),
                time(json, "committed"),
                list(json, "modules", Json::generationModule));
    }

    private static JsonObject of(GenerationModule module) throws StoreException {
        JsonObject json = new JsonObject();
        json.addProperty("name", module.name());
        json.addProperty("version", module.version());
        json.addProperty("kind", module.kind().name());
        json.addProperty("digest", module.digest());
        json.addProperty("size", module.size());
        json.addProperty("url", module.url());
        json.addProperty("update", module.update().word());
        JsonObject requires = new JsonObject();
        new TreeMap<>(module.requires()).forEach(requires::addProperty);
        json.add("requires", requires);
        if (module.configuration().isPresent()) {
            json.add("configuration", TypedValues.encode(module.configuration().get()));
        }
        module.grants().ifPresent(grants -> json.add("grants", of(grants)));
        return json;
    }

    private static GenerationModule generationModule(JsonObject json) {
        return new GenerationModule(
                text(json, "name"),
                text(json, "version"),
                ModuleKind.valueOf(text(json, "kind")),
                text(json, "digest"),
                json.get("size").getAsLong(),
                text(json, "url"),
                UpdateStrategy.find(text(json, "update")).orElseThrow(),
                texts(json.getAsJsonObject("requires")),
                optional(json, "configuration").map(c -> TypedValues.decode(c.getAsJsonObject())),
                optional(json, "grants").map(g -> grants(g.getAsJsonArray())));
    }

    private static Map<String, String> texts(JsonObject json) {
        Map<String, String> texts = new TreeMap<>();
        json.entrySet().forEach(e -> texts.put(e.getKey(), e.getValue().getAsString()));
        return texts;
    }

    static JsonArray of(List<Grant> grants) {
        JsonArray array = new JsonArray();
        for (Grant grant : grants) {
            JsonObject json = new JsonObject();
            json.addProperty("module", grant.module());
            json.addProperty("capability", grant.capability().word());
            JsonArray scope = new JsonArray();
            grant.scope().forEach(p -> scope.add(p.text()));
            json.add("scope", scope);
            array.add(json);
        }
        return array;
    }

    static List<Grant> grants(JsonArray array) {
        List<Grant> grants = new ArrayList<>();
        for (JsonElement element : array) {
            JsonObject json = element.getAsJsonObject();
            List<NamePattern> scope = new ArrayList<>();
            json.getAsJsonArray("scope").forEach(p -> scope.add(NamePattern.of(p.getAsString())));
            grants.add(new Grant(
                    text(json, "module"),
                    Capability.find(text(json, "capability")).orElseThrow(),
                    scope));
        }
        return grants;
    }

    static JsonObject of(HistoryEntry entry) {
        JsonObject json = new JsonObject();
        json.addProperty("deployment", entry.deployment());
        json.addProperty("name", StoreLimits.cut(entry.name()));
        json.addProperty("who", StoreLimits.cut(entry.who()));
        json.addProperty("began", entry.began().toString());
        json.addProperty("ended", entry.ended().toString());
        json.add("modules", ofSteps(entry.modules()));
        json.addProperty("outcome", entry.outcome().word());
        json.addProperty("step", entry.step().word());
        json.addProperty("reason", StoreLimits.cut(entry.reason()));
        json.addProperty("fromGeneration", entry.fromGeneration());
        json.addProperty("toGeneration", entry.toGeneration());
        json.addProperty("rollbacks", entry.rollbacks());
        return json;
    }

    static HistoryEntry historyEntry(JsonObject json) {
        return new HistoryEntry(
                json.get("deployment").getAsLong(),
                text(json, "name"),
                text(json, "who"),
                time(json, "began"),
                time(json, "ended"),
                moduleSteps(json, "modules"),
                word(Outcome.values(), Outcome::word, text(json, "outcome")),
                step(json),
                text(json, "reason"),
                json.get("fromGeneration").getAsInt(),
                json.get("toGeneration").getAsInt(),
                json.get("rollbacks").getAsLong());
    }

    static JsonArray ofSteps(List<ModuleStep> steps) {
        JsonArray array = new JsonArray();
        for (ModuleStep step : steps) {
            JsonObject json = new JsonObject();
            json.addProperty("name", step.name());
            json.addProperty("fromVersion", step.fromVersion());
            json.addProperty("toVersion", step.toVersion());
            json.addProperty("digest", step.digest());
            array.add(json);
        }
        return array;
    }

    static List<ModuleStep> moduleSteps(JsonObject json, String member) {
        return list(
                json,
                member,
                s -> new ModuleStep(text(s, "name"), text(s, "fromVersion"), text(s, "toVersion"), text(s, "digest")));
    }

    static Step step(JsonObject json) {
        return word(Step.values(), Step::word, text(json, "step"));
    }

    static String text(JsonObject json, String member) {
        return json.get(member).getAsString();
    }

    static Instant time(JsonObject json, String member) {
        return Instant.parse(text(json, member));
    }

    static Optional<JsonElement> optional(JsonObject json, String member) {
        return Optional.ofNullable(json.get(member));
    }

    static Map<String, Object> values(JsonElement json) {
        return TypedValues.decode(json.getAsJsonObject());
    }

    private static <T> List<T> list(JsonObject json, String member, Function<JsonObject, T> reader) {
        List<T> list = new ArrayList<>();
        json.getAsJsonArray(member).forEach(e -> list.add(reader.apply(e.getAsJsonObject())));
        return list;
    }

    private static <T> T word(T[] all, Function<T, String> wordOf, String word) {
        return Arrays.stream(all)
                .filter(t -> wordOf.apply(t).equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no '" + word + "'"));
    }
}
