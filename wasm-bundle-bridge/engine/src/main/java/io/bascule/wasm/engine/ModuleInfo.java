/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import java.util.List;
import java.util.Optional;

/**
 * What a module says about itself, read without running or compiling any of it.
 *
 * @param digest SHA-256 of its bytes, 64 lower-case hexadecimal digits
 * @param sizeBytes length of the module
 * @param imports what it asks for, in order
 * @param exports what it offers, in order
 * @param customSections its custom sections in order; names may repeat
 * @param memories its memories, imported ones first
 * @param tables its tables, imported ones first
 * @param functions number of functions it defines
 * @param hasStart whether it runs a function while being instantiated
 */
public record ModuleInfo(
        String digest,
        int sizeBytes,
        List<ModuleImport> imports,
        List<ModuleExport> exports,
        List<CustomSection> customSections,
        List<SizeRange> memories,
        List<SizeRange> tables,
        int functions,
        boolean hasStart) {

    /** Copies the lists. */
    public ModuleInfo {
        imports = List.copyOf(imports);
        exports = List.copyOf(exports);
        customSections = List.copyOf(customSections);
        memories = List.copyOf(memories);
        tables = List.copyOf(tables);
    }

    /** Returns the first custom section of that name. */
    public Optional<CustomSection> customSection(String name) {
        return customSections.stream()
                .filter(section -> section.name().equals(name))
                .findFirst();
    }

    /** Returns the export of that name. */
    public Optional<ModuleExport> export(String name) {
        return exports.stream().filter(export -> export.name().equals(name)).findFirst();
    }
}
