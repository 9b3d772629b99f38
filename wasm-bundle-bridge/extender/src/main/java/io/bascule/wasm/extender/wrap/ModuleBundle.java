/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.wrap;

import io.bascule.api.module.ModuleManager;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.GuestExport;
import io.bascule.wasm.abi.ImportBinding;
import io.bascule.wasm.abi.ImportRef;
import io.bascule.wasm.abi.MetadataException;
import io.bascule.wasm.abi.MetadataReader;
import io.bascule.wasm.abi.ModuleMetadata;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

/** Where things lie in a bundle that holds a module, and how they are read back. */
public final class ModuleBundle {

    /** The module's bytes. */
    public static final String WASM_ENTRY = "META-INF/bascule/module.wasm";
    /** Its metadata, complete. */
    public static final String METADATA_ENTRY = "META-INF/bascule/module.json";
    /** What it imports, one line each. */
    public static final String IMPORTS_ENTRY = "META-INF/bascule/imports.txt";

    /** Attribute of the module capability that says how it runs. */
    public static final String KIND = "kind";
    /** The value of {@link #KIND} for modules that this bundle runs. */
    public static final String KIND_WASM = "wasm";
    /** Attribute of the module capability that holds the sha-256 of the module's bytes. */
    public static final String DIGEST = "digest";
    /** Attribute of the module capability that says how it gives way to its next version. */
    public static final String UPDATE = "update";

    /** Attribute of the module capability that holds the factory PID of the configurations of a driver's devices. */
    public static final String DEVICES = "devices";
    /** The value of {@link #DEVICES}: one factory for the devices of all modules. */
    public static final String DEVICES_PID = "io.bascule.wasm.driver";
    /** Attribute of the module capability that names the key of such a configuration that says whose device it is. */
    public static final String DEVICES_KEY = "devicesKey";
    /** The value of {@link #DEVICES_KEY}: a device names its module. */
    public static final String DEVICES_KEY_MODULE = "module";

    private static final int IMPORTS_BYTES_MAX = 1024 * 1024;

    private ModuleBundle() {}

    /** Returns whether a bundle declares a WASM module. */
    public static boolean isModule(Bundle bundle) {
        return KIND_WASM.equals(attributes(bundle).get(KIND));
    }

    private static Map<String, Object> attributes(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        List<BundleCapability> declared =
                revision == null ? List.of() : revision.getDeclaredCapabilities(ModuleManager.MODULE_NAMESPACE);
        return declared.isEmpty() ? Map.of() : declared.get(0).getAttributes();
    }

    /**
     * Reads what a bundle says of its module, in every state of the bundle.
     *
     * @throws IOException when an entry is missing or too large
     * @throws MetadataException when the metadata is wrong
     */
    public static ModuleContent readDeclared(Bundle bundle) throws IOException, MetadataException {
        byte[] json = readEntry(bundle, METADATA_ENTRY, GuestContract.METADATA_BYTES_MAX * 2);
        List<ImportRef> imports = ModuleContent.parseImportLines(
                new String(readEntry(bundle, IMPORTS_ENTRY, IMPORTS_BYTES_MAX), StandardCharsets.UTF_8));
        // Whether the exports are there is decided when the module starts, from its own bytes.
        Set<String> exports =
                Arrays.stream(GuestExport.values()).map(GuestExport::exportName).collect(Collectors.toSet());
        ModuleMetadata metadata = MetadataReader.read(
                MetadataReader.Source.of(bundle.getLocation(), Optional.of(json), Optional.empty(), Map.of(), exports));
        String digest = String.valueOf(attributes(bundle).getOrDefault(DIGEST, ""));
        return new ModuleContent(metadata, imports, ImportBinding.of(imports), digest);
    }

    /**
     * Reads an entry of a bundle; does not make the framework resolve it.
     *
     * @throws FileNotFoundException when there is none
     * @throws IOException when it has more than {@code max} bytes
     */
    public static byte[] readEntry(Bundle bundle, String path, int max) throws IOException {
        URL entry = bundle.getEntry(path);
        if (entry == null) {
            throw new FileNotFoundException("bundle " + bundle + " declares a module and has no entry '" + path + "'");
        }
        try (InputStream in = entry.openStream()) {
            byte[] bytes = in.readNBytes(max + 1);
            if (bytes.length > max) {
                throw new IOException("entry '" + path + "' of bundle " + bundle + " has more than " + max + " bytes");
            }
            return bytes;
        }
    }
}
