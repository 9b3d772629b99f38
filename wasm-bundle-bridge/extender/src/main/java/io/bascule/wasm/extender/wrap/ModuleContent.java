/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.wrap;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleKind;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.ImportBinding;
import io.bascule.wasm.abi.ImportRef;
import io.bascule.wasm.abi.MetadataException;
import io.bascule.wasm.abi.MetadataReader;
import io.bascule.wasm.abi.ModuleMetadata;
import io.bascule.wasm.engine.ExternKind;
import io.bascule.wasm.engine.ModuleExport;
import io.bascule.wasm.engine.ModuleInfo;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a module from its bytes, without running any of it.
 *
 * @param metadata what it says of itself
 * @param imports what it imports, in order
 * @param binding what the imports mean
 * @param digest sha-256 of its bytes, 64 hexadecimal digits
 */
public record ModuleContent(ModuleMetadata metadata, List<ImportRef> imports, ImportBinding binding, String digest) {

    /** Sections that tools of the OCI world write, each holding one text. */
    private static final Set<String> ANNOTATIONS = Set.of("version", "description", "licenses");

    private static final int ANNOTATION_BYTES_MAX = 1024;

    /** Copies the list. */
    public ModuleContent {
        imports = List.copyOf(imports);
    }

    /**
     * Reads a module.
     *
     * @param info what the engine found
     * @param wasm the bytes it was found in
     * @param sidecar the file beside it; null when there is none
     * @param location where the module came from
     * @throws MetadataException when its metadata is missing or wrong
     */
    public static ModuleContent read(ModuleInfo info, byte[] wasm, byte @Nullable [] sidecar, String location)
            throws MetadataException {
        Optional<byte[]> section =
                info.customSection(GuestContract.METADATA_SECTION).map(s -> s.content(wasm));
        Map<String, String> annotations = new HashMap<>();
        info.customSections().stream()
                .filter(s -> ANNOTATIONS.contains(s.name()) && s.length() <= ANNOTATION_BYTES_MAX)
                .forEach(s -> annotations.put(s.name(), new String(s.content(wasm), StandardCharsets.UTF_8)));
        Set<String> exports = new HashSet<>();
        for (ModuleExport export : info.exports()) {
            if (export.kind() == ExternKind.FUNCTION) {
                exports.add(export.name());
            }
        }
        ModuleMetadata metadata = MetadataReader.read(
                MetadataReader.Source.of(location, section, Optional.ofNullable(sidecar), annotations, exports));
        List<ImportRef> imports = info.imports().stream()
                .map(i -> new ImportRef(i.module(), i.name()))
                .toList();
        return new ModuleContent(metadata, imports, ImportBinding.of(imports), info.digest());
    }

    /** Returns the same as the rest of the gateway wants it. */
    public ModuleDescriptor descriptor() {
        return new ModuleDescriptor(
                metadata.name(),
                metadata.version().osgi(),
                ModuleKind.WASM,
                metadata.world(),
                digest,
                metadata.description(),
                binding.capabilities(),
                metadata.config().text(),
                metadata.batchMax(),
                metadata.stateVersion(),
                metadata.update());
    }

    /** Returns the imports as lines of a file, one {@code module function} each. */
    String importLines() {
        return imports.stream().map(ImportRef::toString).collect(Collectors.joining("\n"));
    }

    /** Reads what {@link #importLines()} wrote. */
    static List<ImportRef> parseImportLines(String lines) {
        return lines.lines()
                .filter(l -> l.lastIndexOf(' ') > 0)
                .map(l -> new ImportRef(l.substring(0, l.lastIndexOf(' ')), l.substring(l.lastIndexOf(' ') + 1)))
                .toList();
    }
}
