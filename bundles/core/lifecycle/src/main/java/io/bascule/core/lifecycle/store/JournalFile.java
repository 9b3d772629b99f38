/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import com.google.gson.JsonObject;
import io.bascule.api.module.deployment.HistoryEntry;
import io.bascule.api.module.deployment.ModuleStep;
import io.bascule.api.module.deployment.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The journal of one deployment that runs. Each line is on the device when the method returns, so call it <b>before</b> the effect
 * that it announces; when it throws, the line is not there and the effect must not happen. Made by the thread that accepts the
 * deployment, handed over once, then confined to the deployer's thread.
 */
public final class JournalFile {

    private static final String TYPE = "type";
    private static final String BEGIN = "begin";
    private static final String MODULES = "modules";
    private static final String STEP = "step";
    private static final String CONFIGURATION = "undo-configuration";
    private static final String GRANTS = "undo-grants";
    private static final String END = "end";

    private final LineLog log;
    private DeploymentHeader header;
    private Optional<HistoryEntry> end = Optional.empty();

    JournalFile(Disk disk, Path file, DeploymentHeader header) throws StoreException {
        this.header = header;
        this.log = new LineLog(disk, file, StoreLimits.JOURNAL_BYTES_MAX, 0, false);
        log.append(begun(header));
    }

    /** Returns what it began with, or was accepted with while it waits. */
    public DeploymentHeader header() {
        return header;
    }

    /** Replaces what was known when the deployment was accepted. */
    void begin(DeploymentHeader now) throws StoreException {
        if (now.id() != header.id()) {
            throw new IllegalArgumentException(
                    "journal of deployment " + header.id() + " cannot begin with the header of deployment " + now.id());
        }
        log.append(begun(now));
        header = now;
    }

    /**
     * Announces that something is about to be done.
     *
     * @param module the module it is about, empty for all
     * @param detail for people and for the deployer at the next start; cut off when very long
     */
    public void step(Step step, String module, String detail) throws StoreException {
        JsonObject json = typed(STEP);
        json.addProperty(STEP, step.word());
        json.addProperty("module", module);
        json.addProperty("detail", StoreLimits.cut(detail));
        log.append(json.toString());
    }

    /** Says how something is that is about to be changed. */
    public void undo(Undo undo) throws StoreException {
        JsonObject json;
        if (undo instanceof Undo.Configuration configuration) {
            json = typed(CONFIGURATION);
            json.addProperty("pid", configuration.pid());
            if (configuration.before().isPresent()) {
                json.add("before", TypedValues.encode(configuration.before().get()));
            }
        } else if (undo instanceof Undo.Grants grants) {
            json = typed(GRANTS);
            json.addProperty("module", grants.module());
            json.add("before", Json.of(grants.before()));
        } else {
            throw new IllegalStateException("undo of an unknown kind: " + undo);
        }
        log.append(json.toString());
    }

    /** Says what happens to the modules; what was said before no longer holds. */
    public void modules(List<ModuleStep> modules) throws StoreException {
        JsonObject json = typed(MODULES);
        json.add(MODULES, Json.ofSteps(modules));
        log.append(json.toString());
    }

    /**
     * Says how it ended, so that a crash from here on cannot change what the history will say.
     *
     * @param entry what the history is to say; {@link DeploymentStore#finish} takes it there
     */
    public void end(HistoryEntry entry) throws StoreException {
        if (entry.deployment() != header.id()) {
            throw new IllegalArgumentException("journal of deployment " + header.id()
                    + " cannot end with the history entry of deployment " + entry.deployment());
        }
        if (end.isEmpty()) {
            JsonObject json = typed(END);
            json.add("entry", Json.of(entry));
            log.append(json.toString());
            end = Optional.of(entry);
        }
    }

    static String begun(DeploymentHeader header) {
        JsonObject json = typed(BEGIN);
        json.addProperty("id", header.id());
        json.addProperty("name", StoreLimits.cut(header.name()));
        json.addProperty("who", StoreLimits.cut(header.who()));
        json.addProperty("began", header.began().toString());
        json.addProperty("fromGeneration", header.fromGeneration());
        return json.toString();
    }

    /** Puts together what the lines of a journal say. */
    static OpenDeployment read(Path file, List<String> texts, DeploymentHeader standIn, boolean isDamaged)
            throws StoreException {
        Reader reader = new Reader(standIn);
        for (String text : texts) {
            reader.isDamaged |= !Json.read(file, text, reader::accept);
        }
        return new OpenDeployment(
                reader.header, reader.modules, reader.steps, reader.undos, reader.end, isDamaged || reader.isDamaged);
    }

    private static JsonObject typed(String type) {
        JsonObject json = new JsonObject();
        json.addProperty(TYPE, type);
        return json;
    }

    private static final class Reader {
        private final List<StepEntry> steps = new ArrayList<>();
        private final List<Undo> undos = new ArrayList<>();
        private DeploymentHeader header;
        private List<ModuleStep> modules = List.of();
        private Optional<HistoryEntry> end = Optional.empty();
        private boolean isDamaged;

        Reader(DeploymentHeader standIn) {
            header = standIn;
        }

        /** Returns whether the line is of a known type. */
        boolean accept(JsonObject json) {
            switch (Json.text(json, TYPE)) {
                case BEGIN ->
                    header = new DeploymentHeader(
                            json.get("id").getAsLong(),
                            Json.text(json, "name"),
                            Json.text(json, "who"),
                            Json.time(json, "began"),
                            json.get("fromGeneration").getAsInt());
                case MODULES -> modules = Json.moduleSteps(json, MODULES);
                case STEP ->
                    steps.add(new StepEntry(Json.step(json), Json.text(json, "module"), Json.text(json, "detail")));
                case CONFIGURATION ->
                    undos.add(new Undo.Configuration(
                            Json.text(json, "pid"),
                            Json.optional(json, "before").map(Json::values)));
                case GRANTS ->
                    undos.add(new Undo.Grants(Json.text(json, "module"), Json.grants(json.getAsJsonArray("before"))));
                case END -> end = Optional.of(Json.historyEntry(json.getAsJsonObject("entry")));
                default -> {
                    return false;
                }
            }
            return true;
        }
    }
}
