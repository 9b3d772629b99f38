/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.wrap;

import aQute.bnd.header.Attrs;
import aQute.bnd.header.Parameters;
import aQute.bnd.version.Version;
import io.bascule.api.module.ModuleManager;
import io.bascule.api.module.World;
import io.bascule.wasm.abi.HostRequirement;
import io.bascule.wasm.abi.HostRequirement.InterfaceVersion;
import io.bascule.wasm.abi.MetadataException;
import io.bascule.wasm.abi.ModuleMetadata;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.engine.WasmException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;

/**
 * Wraps a module into a bundle. The same bytes from the same place always give the same bundle, byte for byte.
 *
 * <p>Headers are written by bnd's header types, which know the quoting. Its builder and jar writer are not used: there is
 * no Java code to analyse, they would bring 870 classes along, and the builder expands macros in header values, some of
 * which run commands, while what a module says of itself is not trusted.
 */
public final class BundleWrapper {

    /** Manifest header: sha-256 of the module's bytes. */
    public static final String DIGEST_HEADER = "Bascule-Module-Digest";

    /** Name in the namespace {@code osgi.extender} of what runs the bundle. */
    public static final String EXTENDER = "bascule.wasm";

    private static final String EXTENDER_NAMESPACE = "osgi.extender";
    /** Any fixed time will do that zip can hold; without a zone, so that it is the same everywhere. */
    private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(2026, 1, 1, 0, 0);

    private static final int JAR_BYTES_EXPECTED = 4096;

    private final WasmEngine engine;

    /** Wraps what this engine admits. */
    public BundleWrapper(WasmEngine engine) {
        this.engine = engine;
    }

    /**
     * Wraps a module.
     *
     * @param wasm the module
     * @param sidecar the file beside it; null when there is none
     * @param location where it came from: names it in messages, and may give its name and version
     * @return the bundle as a jar file
     * @throws IOException when the module is refused; the message says why and what to do
     */
    public byte[] wrap(byte[] wasm, byte @Nullable [] sidecar, String location) throws IOException {
        ModuleContent content;
        try {
            content = ModuleContent.read(engine.inspect(wasm), wasm, sidecar, location);
        } catch (WasmException.Refused | MetadataException e) {
            throw new IOException("'" + location + "' cannot be installed: " + e.getMessage(), e);
        }
        ModuleMetadata metadata = content.metadata();
        ByteArrayOutputStream out = new ByteArrayOutputStream(wasm.length + JAR_BYTES_EXPECTED);
        try (JarOutputStream jar = new JarOutputStream(out)) {
            put(jar, JarFile.MANIFEST_NAME, bytes(manifest(content)));
            put(jar, ModuleBundle.IMPORTS_ENTRY, utf8(content.importLines()));
            put(jar, ModuleBundle.METADATA_ENTRY, utf8(metadata.toJson()));
            put(jar, ModuleBundle.WASM_ENTRY, wasm);
            if (!metadata.config().fields().isEmpty()) {
                put(jar, MetatypeWriter.path(metadata), utf8(MetatypeWriter.write(metadata)));
            }
        }
        return out.toByteArray();
    }

    private static void put(JarOutputStream jar, String path, byte[] bytes) throws IOException {
        JarEntry entry = new JarEntry(path);
        entry.setTimeLocal(ENTRY_TIME);
        jar.putNextEntry(entry);
        jar.write(bytes);
        jar.closeEntry();
    }

    private static byte[] bytes(Manifest manifest) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        manifest.write(out);
        return out.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Manifest manifest(ModuleContent content) {
        ModuleMetadata metadata = content.metadata();
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        main.putValue(Constants.BUNDLE_SYMBOLICNAME, metadata.name());
        main.putValue(Constants.BUNDLE_VERSION, metadata.version().osgi());
        main.putValue(Constants.BUNDLE_NAME, metadata.name());
        if (!metadata.description().isBlank()) {
            main.putValue(Constants.BUNDLE_DESCRIPTION, oneLine(metadata.description()));
        }
        if (!metadata.license().isBlank()) {
            main.putValue("Bundle-License", license(metadata.license()));
        }
        main.putValue(DIGEST_HEADER, content.digest());
        main.putValue(Constants.REQUIRE_CAPABILITY, requirements(content));
        main.putValue(Constants.PROVIDE_CAPABILITY, capability(content));
        return manifest;
    }

    /** Header values end at a line break, and whatever a module says must stay inside its header. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().map(c -> Character.isISOControl(c) ? ' ' : c).forEach(line::appendCodePoint);
        return line.toString().strip();
    }

    private static String license(String spdx) {
        // An expression such as "MIT OR Apache-2.0" is a quoted text in this header.
        Parameters header = new Parameters();
        if (spdx.matches("[A-Za-z0-9.+-]+")) {
            header.add(spdx, new Attrs());
            return header.toString();
        }
        Attrs attrs = new Attrs();
        attrs.put("description", oneLine(spdx).replace('"', '\''));
        header.add("SPDX-expression", attrs);
        return header.toString();
    }

    private static String requirements(ModuleContent content) {
        Parameters header = new Parameters();
        Attrs extender = new Attrs();
        extender.put("filter:", "(" + EXTENDER_NAMESPACE + "=" + EXTENDER + ")");
        header.add(EXTENDER_NAMESPACE, extender);
        for (HostRequirement requirement : content.binding().requirements()) {
            Attrs attrs = new Attrs();
            attrs.put("filter:", filter(requirement));
            header.add(ModuleManager.HOST_NAMESPACE, attrs);
        }
        return header.toString();
    }

    /** An import that this gateway does not know becomes part of the filter, so that the resolver's refusal names it. */
    static String filter(HostRequirement requirement) {
        StringBuilder filter = new StringBuilder("(&(interface=")
                .append(escape(requirement.interfaceName()))
                .append(')');
        InterfaceVersion version = requirement.version();
        if (version != null) {
            filter.append("(version>=")
                    .append(version)
                    .append(")(!(version>=")
                    .append(version.major() + 1)
                    .append(".0))");
        }
        requirement
                .unknownFunctions()
                .forEach(f -> filter.append("(function=").append(escape(f)).append(')'));
        return filter.append(')').toString();
    }

    /** Escapes what a filter (Core 3.2.7) gives a meaning to; control characters and quotes would end the header. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\\' || c == '*' || c == '(' || c == ')') {
                escaped.append('\\').appendCodePoint(c);
            } else {
                escaped.appendCodePoint(Character.isISOControl(c) || c == '"' ? '?' : c);
            }
        });
        return escaped.toString();
    }

    private static String capability(ModuleContent content) {
        ModuleMetadata metadata = content.metadata();
        Attrs attrs = new Attrs();
        attrs.put("name", metadata.name());
        attrs.putTyped("version", Version.parseVersion(metadata.version().osgi()));
        attrs.put("world", metadata.world().word());
        attrs.put(ModuleBundle.KIND, ModuleBundle.KIND_WASM);
        attrs.put(ModuleBundle.DIGEST, content.digest());
        attrs.put(ModuleBundle.UPDATE, metadata.update().word());
        if (metadata.world() == World.DRIVER) {
            attrs.put(ModuleBundle.DEVICES, ModuleBundle.DEVICES_PID);
            attrs.put(ModuleBundle.DEVICES_KEY, ModuleBundle.DEVICES_KEY_MODULE);
        }
        Parameters header = new Parameters();
        header.add(ModuleManager.MODULE_NAMESPACE, attrs);
        return header.toString();
    }
}
