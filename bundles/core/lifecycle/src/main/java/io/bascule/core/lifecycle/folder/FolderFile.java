/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.folder;

import io.bascule.api.module.ModuleManager;
import io.bascule.api.module.deployment.DeploymentPlan;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.osgi.framework.Constants;

/**
 * A file of the deploy folder. Its deployments are found again in the history by their name: file, first digits of the digest.
 *
 * @param path where it is
 */
record FolderFile(Path path) {

    /** What the name of a manifest ends with. */
    static final String MANIFEST_END = ".deployment.json";

    private static final String WASM_END = ".wasm";
    private static final String JAR_END = ".jar";
    private static final int KEY_MAX = 60;
    private static final int DIGEST_SHOWN = 16;
    private static final String REMOVED = "removed";
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{" + DIGEST_SHOWN + "}|" + REMOVED);
    private static final Pattern MODULE =
            Pattern.compile("(^|,)\\s*" + Pattern.quote(ModuleManager.MODULE_NAMESPACE) + "\\s*(;|,|$)");

    /** What a file holds: its digest, 64 hexadecimal digits, and its size in bytes. */
    record Content(String sha256, long size) {}

    String name() {
        Path last = path.getFileName();
        return last == null ? path.toString() : last.toString();
    }

    boolean isManifest() {
        return name().endsWith(MANIFEST_END);
    }

    boolean isWasm() {
        return name().endsWith(WASM_END);
    }

    /** Returns whether it is there and a bundle that says it is a module. Reads the manifest of the jar and nothing else. */
    boolean isModuleBundle() throws IOException {
        if (!name().endsWith(JAR_END) || !Files.isRegularFile(path)) {
            return false;
        }
        try (JarFile jar = new JarFile(path.toFile(), false)) {
            Manifest manifest = jar.getManifest();
            String header =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Constants.PROVIDE_CAPABILITY);
            return header != null && MODULE.matcher(header).find();
        } catch (ZipException e) {
            // No jar at all, or one that is still being copied: not ours to report.
            return false;
        }
    }

    String url() {
        return path.toUri().toString();
    }

    Content content() throws IOException {
        MessageDigest digest = sha256();
        long size;
        try (InputStream in = new DigestInputStream(Files.newInputStream(path), digest)) {
            size = in.transferTo(OutputStream.nullOutputStream());
        }
        return new Content(HexFormat.of().formatHex(digest.digest()), size);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
        }
    }

    /** Returns what the names of all its deployments begin with, before a space. */
    String key() {
        StringBuilder key = new StringBuilder();
        name().chars().forEach(c -> key.append(Character.isISOControl(c) ? '?' : (char) c));
        if (key.length() <= KEY_MAX) {
            return key.toString();
        }
        // Long names may differ only at the end.
        String hash = HexFormat.of()
                .formatHex(sha256().digest(name().getBytes(StandardCharsets.UTF_8)))
                .substring(0, DIGEST_SHOWN);
        return key.substring(0, KEY_MAX - DIGEST_SHOWN - 1) + "~" + hash;
    }

    static String shortened(String sha256) {
        return sha256.substring(0, DIGEST_SHOWN);
    }

    /** Returns the name of the deployment of what it holds; {@code more} may say what that is. */
    String deployed(String sha256, String more) {
        String name = key() + " " + shortened(sha256) + (more.isEmpty() ? "" : " " + more);
        return name.length() <= DeploymentPlan.NAME_MAX ? name : name.substring(0, DeploymentPlan.NAME_MAX);
    }

    /** Returns the name of the deployment that takes away what it brought. */
    String removed() {
        return key() + " " + REMOVED;
    }

    /** Returns whether the deployment called {@code name} was one of this file. */
    boolean isOf(String name) {
        return name.startsWith(key() + " ") && DIGEST.matcher(digestIn(name)).matches();
    }

    /** Returns the first digits of the digest that a deployment of this file brought; {@link #REMOVED} for none. */
    String digestIn(String name) {
        String rest = name.substring(key().length() + 1);
        int space = rest.indexOf(' ');
        return space < 0 ? rest : rest.substring(0, space);
    }
}
