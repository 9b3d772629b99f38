/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The WIT file is the source; the Java constants must say the same. */
class WitAgreementTest {

    private static final Pattern BLOCK = Pattern.compile("(interface|world) ([a-z-]+) \\{(.*?)\\n\\}", Pattern.DOTALL);
    private static final Pattern FUNCTION = Pattern.compile("([a-z-]+): func\\(([^)]*)\\)(?: -> ([^;]+))?;");

    private static String wit = "";
    private static final Map<String, String> INTERFACES = new LinkedHashMap<>();
    private static final Map<String, String> WORLDS = new LinkedHashMap<>();

    @BeforeAll
    static void readTheWit() throws IOException {
        wit = Files.readString(Path.of("src/main/wit/gateway.wit")).replaceAll("///?.*", "");
        Matcher blocks = BLOCK.matcher(wit);
        while (blocks.find()) {
            (blocks.group(1).equals("interface") ? INTERFACES : WORLDS).put(blocks.group(2), blocks.group(3));
        }
    }

    @Test
    void namesPackageAndVersion() {
        assertTrue(wit.contains("package " + GuestContract.PACKAGE + "@" + GuestContract.VERSION + ";"), wit);
    }

    @Test
    void everyInterfaceAndNothingElseIsOffered() {
        List<String> inWit = new ArrayList<>(INTERFACES.keySet());
        inWit.remove("types");
        List<String> inJava = java.util.Arrays.stream(HostInterface.values())
                .map(HostInterface::word)
                .toList();
        assertEquals(inWit.stream().sorted().toList(), inJava.stream().sorted().toList());
    }

    @Test
    void hostFunctionsHaveTheSignaturesThatLoweringGives() {
        for (HostInterface offered : HostInterface.values()) {
            Map<String, Signature> lowered = new HashMap<>();
            Matcher functions = FUNCTION.matcher(INTERFACES.getOrDefault(offered.word(), ""));
            while (functions.find()) {
                lowered.put(functions.group(1), lower(functions.group(2), functions.group(3), true));
            }
            assertEquals(new TreeMap<>(lowered), new TreeMap<>(offered.functions()), offered.word());
        }
    }

    @Test
    void exportsHaveTheSignaturesThatLoweringGives() {
        Map<String, Signature> lowered = new HashMap<>();
        for (String world : WORLDS.keySet()) {
            lowered.putAll(exportsOf(world));
        }
        lowered.forEach((name, signature) ->
                assertEquals(signature, GuestExport.find(name).orElseThrow().signature(), name));
        assertEquals(13, lowered.size(), lowered.toString());
    }

    @Test
    void requiredExportsAreThoseOfTheWorld() {
        for (World world : World.values()) {
            List<String> required = GuestExport.required(world).stream()
                    .map(GuestExport::exportName)
                    .filter(n -> !n.equals("cabi_realloc"))
                    .sorted()
                    .toList();
            assertEquals(exportsOf(world.word()).keySet().stream().sorted().toList(), required, world.word());
        }
    }

    private static Map<String, Signature> exportsOf(String world) {
        Map<String, Signature> exports = new TreeMap<>();
        String body = WORLDS.getOrDefault(world, "");
        Matcher includes = Pattern.compile("include ([a-z-]+);").matcher(body);
        while (includes.find()) {
            exports.putAll(exportsOf(includes.group(1)));
        }
        Matcher functions = FUNCTION.matcher(body);
        while (functions.find()) {
            exports.put(functions.group(1), lower(functions.group(2), functions.group(3), false));
        }
        return exports;
    }

    /** The canonical ABI for the flat types that the contract allows. */
    private static Signature lower(String params, String result, boolean isImport) {
        StringBuilder letters = new StringBuilder();
        for (String param : params.isBlank() ? new String[0] : params.split(",")) {
            letters.append(flat(param.substring(param.indexOf(':') + 1).strip()));
        }
        String results = result == null ? "" : flat(result.strip());
        // More than one flat result goes through memory: imports are given a pointer, exports return one.
        if (results.length() > 1) {
            letters.append(isImport ? "i:" : ":i");
        } else {
            letters.append(':').append(results);
        }
        return Signature.of(letters.toString());
    }

    private static String flat(String type) {
        return switch (type) {
            case "u8", "u16", "u32", "s32" -> "i";
            case "s64" -> "l";
            case "f64" -> "d";
            case "string", "list<u8>", "list<reading>" -> "ii";
            case "reading" -> "iiiild";
            default -> throw new AssertionError("the contract allows flat types only, not " + type);
        };
    }
}
