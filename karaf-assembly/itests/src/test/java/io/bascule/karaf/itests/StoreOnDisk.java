/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The folder of deployments, read from outside and without the code that wrote it: each line is a checksum, a blank, JSON. */
final class StoreOnDisk {

    private static final int CHECKSUM_DIGITS = 8;

    private final Path folder;

    StoreOnDisk(Path gateway) {
        folder = gateway.resolve("deployments");
    }

    Path folder() {
        return folder;
    }

    /** The number of the committed generation, 0 before the first. */
    int currentGeneration() throws IOException {
        String line = Files.readString(folder.resolve("current")).strip();
        JsonElement generation = json(line).get("generation");
        return generation == null || generation.isJsonNull()
                ? 0
                : generation.getAsJsonObject().get("number").getAsInt();
    }

    /** The number of the deployment that made the committed generation, 0 before the first. */
    long committedBy() throws IOException {
        JsonElement generation =
                json(Files.readString(folder.resolve("current")).strip()).get("generation");
        return generation == null || generation.isJsonNull()
                ? 0
                : generation.getAsJsonObject().get("deployment").getAsLong();
    }

    /** The journals of deployments that have not ended, the oldest first: that one runs, the others wait. */
    List<Path> journals() throws IOException {
        return files(folder.resolve("journal")).stream().sorted().toList();
    }

    /** The step that was announced last in the oldest journal; empty when there is none. */
    String lastStep() throws IOException {
        List<Path> journals = journals();
        return journals.isEmpty() ? "" : lastStep(journals.get(0));
    }

    private static String lastStep(Path journal) throws IOException {
        String step = "";
        for (String line : wholeLines(journal)) {
            JsonObject record = json(line);
            if (record.get("type").getAsString().equals("step")) {
                step = record.get("step").getAsString();
            }
        }
        return step;
    }

    /** What the oldest journal says, as it is on the disk now; empty when there is none. */
    String journal() throws IOException {
        List<Path> journals = journals();
        if (journals.isEmpty()) {
            return "";
        }
        try {
            return Files.readString(journals.get(0));
        } catch (NoSuchFileException e) {
            // It ended between the two looks.
            return "";
        }
    }

    /** Without the line that a kill tore. */
    private static List<String> wholeLines(Path file) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private static JsonObject json(String line) {
        return JsonParser.parseString(line.substring(CHECKSUM_DIGITS + 1)).getAsJsonObject();
    }

    /** The digests of the artefacts that are kept. */
    Set<String> artefacts() throws IOException {
        Set<String> digests = new TreeSet<>();
        for (Path file : files(folder.resolve("artefacts"))) {
            digests.add(String.valueOf(file.getFileName()));
        }
        return digests;
    }

    /** Files that should be there only while a deployment runs, or never; relative to the folder. */
    List<String> leftovers() throws IOException {
        List<String> left = new ArrayList<>();
        for (String each : List.of("journal", "temp", "fetched", "quarantine")) {
            files(folder.resolve(each))
                    .forEach(file -> left.add(folder.relativize(file).toString()));
        }
        for (Path file : files(folder)) {
            if (file.toString().endsWith(".tmp")) {
                left.add(folder.relativize(file).toString());
            }
        }
        return left;
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile).toList();
        }
    }
}
