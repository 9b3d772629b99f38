/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.definition;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.bascule.api.channel.Batch;
import io.bascule.api.flow.OverflowPolicy;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.security.NamePattern;
import io.bascule.core.flow.definition.FlowDefinition.BatchRule;
import io.bascule.core.flow.definition.FlowDefinition.Channels;
import io.bascule.core.flow.definition.FlowDefinition.Content;
import io.bascule.core.flow.definition.FlowDefinition.Custom;
import io.bascule.core.flow.definition.FlowDefinition.Edge;
import io.bascule.core.flow.definition.FlowDefinition.ModuleUse;
import io.bascule.core.flow.definition.FlowDefinition.RetryRule;
import io.bascule.core.flow.definition.FlowDefinition.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.VersionRange;

/** Reads a flow document and notes everything that is wrong with its text; docs/reference/flow.md is its table of keys. */
public final class FlowParser {

    /** The type of stages that bring in channel readings. */
    public static final String CHANNELS_TYPE = "channels";

    /** The type of stages that a module fills. */
    public static final String MODULE_TYPE = "module";

    /** Most batches that may wait at a stage. */
    public static final int CAPACITY_MAX = 65_536;

    static final int CAPACITY_DEFAULT = 64;
    static final int BATCH_SIZE_DEFAULT = 1024;
    static final int STAGES_MAX = 64;

    private static final int EDGES_MAX = 512;
    private static final int PATTERNS_MAX = 256;
    private static final int WAIT_MILLIS_MAX = 60_000;
    private static final int ATTEMPTS_DEFAULT = 3;
    private static final int ATTEMPTS_MAX = 1000;
    private static final int RETRY_MILLIS_DEFAULT = 10_000;
    private static final int DESCRIPTION_MAX = 1024;
    private static final int NAME_MAX = 64;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0," + (NAME_MAX - 1) + "}");
    private static final List<String> FAULT_WORDS = List.of("drop", "retry");

    private final StrictJson json;
    private final List<Problem> problems = new ArrayList<>();
    private final @Nullable FlowDefinition definition;

    /** Reads {@code text}. */
    public FlowParser(String text) {
        json = new StrictJson(text);
        problems.addAll(json.problems());
        definition = json.root() == null ? null : document(json.root());
    }

    /** Returns what was read, complete also when there are problems; null when the text is no JSON object. */
    public @Nullable FlowDefinition definition() {
        return definition;
    }

    /** Returns what is wrong with the text, together with {@code more}, in the order of the document. */
    public List<Problem> problems(List<Problem> more) {
        List<Problem> all = new ArrayList<>(problems);
        all.addAll(more);
        all.sort(Comparator.comparingInt(problem -> json.position(problem.path())));
        return List.copyOf(all);
    }

    private @Nullable FlowDefinition document(JsonElement root) {
        if (!(root instanceof JsonObject object)) {
            problems.add(Problem.wrong("", "expected an object in braces, got " + Fields.kind(root)));
            return null;
        }
        Fields fields = new Fields(object, "", problems);
        String name = name(fields, "name", "a name for the flow");
        String description = fields.text("description", "", DESCRIPTION_MAX);
        boolean isEnabled = fields.flag("enabled", true);
        fields.require("stages", "a list of stages");
        JsonArray stageList = fields.array("stages", STAGES_MAX);
        if (fields.has("stages") && stageList.isEmpty()) {
            fields.wrong("stages", "expected 1 to " + STAGES_MAX + " stages");
        }
        List<Stage> stages = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < stageList.size(); i++) {
            stages.add(stage(stageList.get(i), "/stages/" + i, ids));
        }
        List<Edge> edges = new ArrayList<>();
        JsonArray edgeList = fields.array("edges", EDGES_MAX);
        for (int i = 0; i < edgeList.size(); i++) {
            edges.add(edge(edgeList.get(i), "/edges/" + i));
        }
        fields.end();
        return new FlowDefinition(name, description, isEnabled, stages, edges);
    }

    private String name(Fields fields, String key, String expected) {
        fields.require(key, expected + ": a lower-case letter followed by letters, digits and dashes");
        String name = fields.text(key, "", NAME_MAX);
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            fields.wrong(
                    key,
                    "'" + name + "' is not valid; expected a lower-case letter followed by lower-case letters,"
                            + " digits and dashes, at most " + NAME_MAX + " characters");
        }
        return name;
    }

    private Fields element(JsonElement element, String path) {
        if (element instanceof JsonObject object) {
            return new Fields(object, path, problems);
        }
        problems.add(Problem.wrong(path, "expected an object in braces, got " + Fields.kind(element)));
        return new Fields(new JsonObject(), path, new ArrayList<>());
    }

    private Edge edge(JsonElement element, String path) {
        Fields fields = element(element, path);
        fields.require("from", "the id of the stage that sends");
        fields.require("to", "the id of the stage that receives");
        Edge edge = new Edge(fields.text("from", "", NAME_MAX), fields.text("to", "", NAME_MAX));
        fields.end();
        return edge;
    }

    private Stage stage(JsonElement element, String path, Set<String> ids) {
        Fields fields = element(element, path);
        String id = name(fields, "id", "a name for the stage");
        if (!id.isEmpty() && !ids.add(id)) {
            fields.wrong("id", "another stage is called '" + id + "' too; every stage needs an id of its own");
        }
        fields.require("type", "the type of the stage, for example channels or module");
        String type = fields.text("type", "", NAME_MAX);
        Content content = content(fields, type);
        Fields queue = fields.fields("queue");
        int capacity = queue.integer("capacity", CAPACITY_DEFAULT, 1, CAPACITY_MAX);
        String overflow = queue.word(
                "overflow",
                OverflowPolicy.BLOCK.word(),
                Arrays.stream(OverflowPolicy.values()).map(OverflowPolicy::word).toList());
        queue.end();
        Fields batch = fields.fields("batch");
        BatchRule batchRule = new BatchRule(
                batch.integer("size", BATCH_SIZE_DEFAULT, 1, Batch.SIZE_MAX),
                Duration.ofMillis(batch.integer("millis", 0, 0, WAIT_MILLIS_MAX)));
        batch.end();
        RetryRule retry = retry(fields);
        fields.end();
        return new Stage(
                id, type, content, capacity, OverflowPolicy.find(overflow).orElseThrow(), batchRule, retry);
    }

    private static RetryRule retry(Fields fields) {
        boolean isRetry = fields.word("onFault", "drop", FAULT_WORDS).equals("retry");
        if (fields.has("retry") && !isRetry) {
            fields.wrong("retry", "key 'retry' has no effect without \"onFault\": \"retry\"; add that or remove this");
        }
        Fields rule = fields.fields("retry");
        int attempts = rule.integer("attempts", ATTEMPTS_DEFAULT, 1, ATTEMPTS_MAX);
        int waitMillis = rule.integer("millis", RETRY_MILLIS_DEFAULT, 1, WAIT_MILLIS_MAX);
        rule.end();
        return new RetryRule(isRetry ? attempts : 0, Duration.ofMillis(waitMillis));
    }

    private Content content(Fields fields, String type) {
        return switch (type) {
            case CHANNELS_TYPE -> channels(fields);
            case MODULE_TYPE -> module(fields);
            default -> new Custom(config(fields));
        };
    }

    private static String config(Fields fields) {
        return fields.object("config").map(JsonObject::toString).orElse("{}");
    }

    private Channels channels(Fields fields) {
        fields.require("channels", "a list of channel names or patterns, for example [\"line1/*\"]");
        List<String> texts = fields.texts("channels", PATTERNS_MAX);
        List<NamePattern> patterns = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            try {
                patterns.add(NamePattern.of(texts.get(i)));
            } catch (IllegalArgumentException e) {
                problems.add(Problem.wrong(fields.at("channels") + "/" + i, String.valueOf(e.getMessage())));
            }
        }
        if (fields.has("channels") && texts.isEmpty()) {
            fields.wrong("channels", "expected 1 to " + PATTERNS_MAX + " channel names or patterns");
        }
        return new Channels(patterns, fields.flag("optional", false));
    }

    private static ModuleUse module(Fields fields) {
        fields.require("module", "the name of a module");
        String name = fields.text("module", "", ModuleDescriptor.NAME_MAX);
        String text = fields.text("version", "0", NAME_MAX);
        VersionRange versions = new VersionRange("0");
        try {
            versions = new VersionRange(text);
        } catch (IllegalArgumentException e) {
            fields.wrong(
                    "version",
                    "'" + text + "' is no version range; expected for example [1,2) for all of version 1,"
                            + " or 1.2 for 1.2 and up");
        }
        return new ModuleUse(name, versions, config(fields));
    }
}
