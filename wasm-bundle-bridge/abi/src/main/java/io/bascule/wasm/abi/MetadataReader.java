/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.bascule.api.channel.Batch;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.World;
import io.bascule.api.security.NamePattern;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a module says of itself: from its custom section {@code bascule}, else from a file beside it, else its name
 * and version from its file name. One reader reads one module and collects every problem on the way.
 */
public final class MetadataReader {

    private static final Pattern FILE_NAME =
            Pattern.compile("(?:.*/)?([a-z][a-z0-9-]*?)-(\\d+\\.\\d+\\.\\d+[^/]*)\\.wasm");
    private static final int MEMORY_PAGES_MAX = 65_536;
    private static final int PATTERNS_MAX = 256;
    private static final int TEXT_MAX = 1024;
    private static final List<NamePattern> EVERYTHING = List.of(NamePattern.of("**"));

    private final Source source;
    private final List<String> problems = new ArrayList<>();

    private MetadataReader(Source source) {
        this.source = source;
    }

    /**
     * Where metadata can be found.
     *
     * @param location where the module came from, for messages; its last segment may give name and version
     * @param section content of the custom section, null when there is none
     * @param sidecar content of the file beside the module, null when there is none; the section wins
     * @param annotations single-text sections {@code version}, {@code description}, {@code licenses} as OCI tools write them
     * @param exports names of the functions that the module exports
     */
    // Bytes of a file on their way to the parser; never compared, never kept.
    @SuppressWarnings("ArrayRecordComponent")
    public record Source(
            String location,
            byte @Nullable [] section,
            byte @Nullable [] sidecar,
            Map<String, String> annotations,
            Set<String> exports) {

        /** Copies map and set; the arrays are not changed. */
        public Source {
            annotations = Map.copyOf(annotations);
            exports = Set.copyOf(exports);
        }

        /** Returns a source with what there is. */
        // NullAway 0.12.10 does not see the annotation of an array component through the canonical constructor.
        @SuppressWarnings("NullAway")
        public static Source of(
                String location,
                Optional<byte[]> section,
                Optional<byte[]> sidecar,
                Map<String, String> annotations,
                Set<String> exports) {
            return new Source(location, section.orElse(null), sidecar.orElse(null), annotations, exports);
        }
    }

    /**
     * Reads and checks.
     *
     * @throws MetadataException when there is no metadata, or something in it is wrong; names every problem
     */
    public static ModuleMetadata read(Source source) throws MetadataException {
        return new MetadataReader(source).read();
    }

    private ModuleMetadata read() throws MetadataException {
        JsonObject json = json();
        Matcher file = FILE_NAME.matcher(source.location());
        boolean hasFileName = file.matches();
        if (json == null && !hasFileName) {
            throw refused(
                    "there is no custom section '" + GuestContract.METADATA_SECTION + "', no file beside it called '"
                            + fileName() + ".json', and the file name is not like name-1.2.3.wasm; add one of them");
        }
        JsonObject given = json == null ? new JsonObject() : json;
        if (json != null && number(given, "abi", GuestContract.ABI, 0, Integer.MAX_VALUE) != GuestContract.ABI) {
            problems.add("abi is " + given.get("abi") + "; this gateway runs modules of abi " + GuestContract.ABI);
        }
        String name = checkedName(text(given, "name", hasFileName ? file.group(1) : ""));
        String annotated = source.annotations().getOrDefault("version", "");
        ModuleVersion version =
                version(text(given, "version", annotated.isEmpty() && hasFileName ? file.group(2) : annotated));
        World world = world(given);
        ConfigSchema config = given.get("config") instanceof JsonObject schema
                ? ConfigSchema.parse(schema, problems)
                : ConfigSchema.EMPTY;
        JsonObject channels = object(given, "channels");
        ModuleMetadata metadata = new ModuleMetadata(
                name,
                version,
                text(given, "description", source.annotations().getOrDefault("description", "")),
                text(given, "license", source.annotations().getOrDefault("licenses", "")),
                world,
                number(given, "stateVersion", 0, 0, Integer.MAX_VALUE),
                number(given, "maxBatch", GuestContract.BATCH_MAX_DEFAULT, 1, Batch.SIZE_MAX),
                number(given, "memoryMaxPages", 0, 0, MEMORY_PAGES_MAX),
                config,
                patterns(channels, "read"),
                patterns(channels, "write"),
                patterns(given, "io"),
                flag(channels, "immediate"),
                flag(given, "stateRequired"),
                object(given, "defaults").toString(),
                update(given, world));
        if (problems.isEmpty()) {
            config.check(metadata.configDefaults()).stream()
                    // A setting that must be set by a person has no default.
                    .filter(p -> !p.contains("is missing"))
                    .forEach(p -> problems.add("defaults: " + p));
        }
        if (!problems.isEmpty()) {
            throw new MetadataException("'" + fileName() + "'", problems);
        }
        return metadata;
    }

    private MetadataException refused(String problem) {
        problems.add(problem);
        return new MetadataException("'" + fileName() + "'", problems);
    }

    private String fileName() {
        return source.location().substring(source.location().lastIndexOf('/') + 1);
    }

    private @Nullable JsonObject json() throws MetadataException {
        byte[] bytes = source.section() != null ? source.section() : source.sidecar();
        if (bytes == null) {
            return null;
        }
        if (bytes.length > GuestContract.METADATA_BYTES_MAX) {
            throw refused(
                    bytes.length + " bytes of metadata; at most " + GuestContract.METADATA_BYTES_MAX + " are read");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return JsonText.parseObject(text, "the metadata");
        } catch (CharacterCodingException e) {
            throw refused("the metadata is not UTF-8");
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private String checkedName(String name) {
        try {
            return ModuleDescriptor.requireName(name);
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
            return "unnamed";
        }
    }

    private ModuleVersion version(String text) {
        try {
            return ModuleVersion.parse(text);
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
            return ModuleVersion.parse("0.0.0");
        }
    }

    private World world(JsonObject json) {
        Optional<World> world = json.has("world") ? World.find(text(json, "world", "")) : worldByExports();
        if (world.isEmpty()) {
            problems.add("world is " + json.get("world") + "; expected processor, decoder or driver"
                    + (json.has("world") ? "" : ", and the exports (process, decode or poll) do not tell which"));
            return World.PROCESSOR;
        }
        for (GuestExport export : GuestExport.required(world.get())) {
            if (!source.exports().contains(export.exportName())) {
                problems.add("a module of world " + world.get().word() + " must export function '" + export.exportName()
                        + "'; this one does not");
            }
        }
        return world.get();
    }

    private Optional<World> worldByExports() {
        Set<String> exports = source.exports();
        if (exports.contains(GuestExport.PROCESS.exportName())) {
            return Optional.of(World.PROCESSOR);
        } else if (exports.contains(GuestExport.DECODE.exportName())) {
            return Optional.of(World.DECODER);
        }
        return exports.contains(GuestExport.POLL.exportName()) ? Optional.of(World.DRIVER) : Optional.empty();
    }

    /** What talks to a device mostly owns the way to it, so a driver has to say so when it does not. */
    private UpdateStrategy update(JsonObject json, World world) {
        UpdateStrategy usual = world == World.DRIVER ? UpdateStrategy.STOP_FIRST : UpdateStrategy.SIDE_BY_SIDE;
        Optional<UpdateStrategy> update =
                json.has("update") ? UpdateStrategy.find(text(json, "update", "")) : Optional.of(usual);
        if (update.isEmpty()) {
            problems.add("update is " + json.get("update") + "; expected side-by-side or stop-first");
        }
        return update.orElse(usual);
    }

    private String text(JsonObject json, String key, String otherwise) {
        JsonElement value = json.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof JsonPrimitive primitive
                && primitive.isString()
                && primitive.getAsString().length() <= TEXT_MAX) {
            return primitive.getAsString();
        }
        problems.add(key + " is not a text of at most " + TEXT_MAX + " characters");
        return otherwise;
    }

    private int number(JsonObject json, String key, int otherwise, int min, int max) {
        JsonElement value = json.get(key);
        if (value == null) {
            return otherwise;
        }
        try {
            if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
                int number = Integer.parseInt(primitive.getAsString());
                if (number >= min && number <= max) {
                    return number;
                }
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message for everything that is no whole number in range.
        }
        problems.add(key + " is " + value + "; expected a whole number from " + min + " to " + max);
        return otherwise;
    }

    private boolean flag(JsonObject json, String key) {
        JsonElement value = json.get(key);
        if (value == null) {
            return false;
        }
        if (value instanceof JsonPrimitive primitive && primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        problems.add(key + " is " + value + "; expected true or false");
        return false;
    }

    private JsonObject object(JsonObject json, String key) {
        JsonElement value = json.get(key);
        if (value instanceof JsonObject object) {
            return object;
        }
        if (value != null) {
            problems.add(key + " is " + value + "; expected an object");
        }
        return new JsonObject();
    }

    private List<NamePattern> patterns(JsonObject json, String key) {
        JsonElement value = json.get(key);
        if (value == null) {
            return EVERYTHING;
        }
        List<NamePattern> patterns = new ArrayList<>();
        if (!(value instanceof JsonArray array) || array.size() > PATTERNS_MAX) {
            problems.add(key + " is not a list of at most " + PATTERNS_MAX + " patterns such as \"line1/*\"");
            return patterns;
        }
        for (JsonElement element : array) {
            if (element instanceof JsonPrimitive p && p.isString() && isPattern(p.getAsString())) {
                // In metadata a lone star means everything: a guest's author thinks of names, not of segments.
                patterns.addAll(p.getAsString().equals("*") ? EVERYTHING : List.of(NamePattern.of(p.getAsString())));
            } else {
                problems.add(key + " holds " + element + "; expected a pattern such as \"line1/*\"");
            }
        }
        return patterns;
    }

    private static boolean isPattern(String text) {
        return !text.isBlank() && text.length() <= NamePattern.LENGTH_MAX;
    }
}
