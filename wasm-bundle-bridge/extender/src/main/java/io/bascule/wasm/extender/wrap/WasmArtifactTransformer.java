/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.wrap;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import org.apache.felix.fileinstall.ArtifactUrlTransformer;

/** Tells Felix File Install that a {@code .wasm} file in a watched folder is a bundle behind a {@code wasm:} URL. */
final class WasmArtifactTransformer implements ArtifactUrlTransformer {

    @Override
    public boolean canHandle(File artifact) {
        return artifact.isFile() && artifact.getName().endsWith(".wasm");
    }

    @Override
    public URL transform(URL artifact) throws MalformedURLException {
        return new URL(WasmUrlHandler.PROTOCOL + ":" + artifact.toExternalForm());
    }
}
