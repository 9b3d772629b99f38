/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.core.flow.definition.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The flow documents in a folder. Looked at in intervals, because file watching does not work on every file system that a
 * gateway mounts; a file is read again only when its size or time has changed. Confined to the control thread.
 */
final class FlowFolder {

    /** Most documents in the folder. */
    static final int FILES_MAX = 256;

    private static final Logger LOG = LoggerFactory.getLogger(FlowFolder.class);
    private static final String SUFFIX = ".json";

    private final Map<Path, Seen> seen = new HashMap<>();
    private String lastTrouble = "";

    private record Seen(long size, long modifiedMillis, FlowDocument document) {}

    private record Text(String origin, String text) implements FlowDocument {}

    /** Returns the documents that are in {@code folder} now, in the order of their names. */
    List<FlowDocument> documents(Path folder) {
        List<Path> files = list(folder);
        seen.keySet().retainAll(files);
        List<FlowDocument> documents = new ArrayList<>();
        for (Path file : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                long modified = attributes.lastModifiedTime().toMillis();
                Seen before = seen.get(file);
                if (before == null || before.size != attributes.size() || before.modifiedMillis != modified) {
                    before = new Seen(attributes.size(), modified, read(file, attributes.size()));
                    seen.put(file, before);
                }
                documents.add(before.document);
            } catch (IOException e) {
                // Perhaps it was being replaced: the flow goes on as it was, the next look will tell.
                Seen before = seen.get(file);
                if (before != null) {
                    documents.add(before.document);
                }
                trouble("cannot read " + file + ": " + e);
            }
        }
        return documents;
    }

    private List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(f -> f.getFileName().toString().endsWith(SUFFIX))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
            if (found.size() > FILES_MAX) {
                trouble("there are " + found.size() + " flow documents in " + folder + "; only the first " + FILES_MAX
                        + " are used");
                return found.subList(0, FILES_MAX);
            }
            return found;
        } catch (IOException e) {
            trouble("cannot list " + folder + ": " + e);
            return List.copyOf(seen.keySet());
        }
    }

    private static FlowDocument read(Path file, long size) throws IOException {
        // Four bytes for a character at most: a larger file is not read at all, the parser says the rest.
        String text = size > 4L * StrictJson.LENGTH_MAX
                ? "the file has " + size + " bytes"
                : new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        return new Text(file.toString(), text);
    }

    /** Logs news, and the same trouble once. */
    private void trouble(String text) {
        if (!text.equals(lastTrouble)) {
            LOG.warn("{}", text);
            lastTrouble = text;
        }
    }
}
