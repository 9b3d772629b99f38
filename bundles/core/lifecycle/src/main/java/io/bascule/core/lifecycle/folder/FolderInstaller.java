/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.folder;

import java.io.File;
import java.io.IOException;
import java.util.function.Predicate;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes from Felix File Install what is a module or a manifest. File Install reports every file once after each start, and a
 * change while it runs. Returns at once: the work is done elsewhere.
 */
final class FolderInstaller implements ArtifactInstaller {

    private static final Logger LOG = LoggerFactory.getLogger(FolderInstaller.class);

    private final FolderRequests requests;
    private final Predicate<String> isPlainBundle;

    /**
     * Hands over to {@code requests}.
     *
     * @param isPlainBundle whether a bundle has this location
     */
    FolderInstaller(FolderRequests requests, Predicate<String> isPlainBundle) {
        this.requests = requests;
        this.isPlainBundle = isPlainBundle;
    }

    @Override
    public boolean canHandle(File artifact) {
        FolderFile file = file(artifact);
        if (file.isManifest()) {
            return true;
        }
        if (file.isWasm()) {
            // A file that is gone and was a plain bundle is left to who installed that.
            return artifact.isFile() || !isPlainBundle.test("wasm:" + location(artifact));
        }
        try {
            return file.isModuleBundle();
        } catch (IOException e) {
            LOG.warn("file={} cannot be read: {}", artifact, e.getMessage());
            return false;
        }
    }

    private static String location(File artifact) {
        return artifact.toURI().toString();
    }

    private static FolderFile file(File artifact) {
        return new FolderFile(artifact.toPath().toAbsolutePath().normalize());
    }

    @Override
    public void install(File artifact) {
        requests.put(file(artifact), false);
    }

    @Override
    public void update(File artifact) {
        requests.put(file(artifact), true);
    }

    @Override
    public void uninstall(File artifact) {
        FolderFile file = file(artifact);
        if (file.isManifest()) {
            LOG.info("file={} is gone; a manifest is an instruction, so nothing is removed", file.path());
        } else {
            requests.remove(file);
        }
    }
}
