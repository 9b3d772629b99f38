/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.wrap;

import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.engine.Limit;
import io.bascule.wasm.extender.EngineHolder;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.url.AbstractURLStreamHandlerService;
import org.osgi.service.url.URLConstants;
import org.osgi.service.url.URLStreamHandlerService;

/**
 * Opens {@code wasm:} URLs: the module that the rest of the URL names, wrapped into a bundle. {@code wasm:file:/x/y.wasm},
 * {@code wasm:https://host/y.wasm} and {@code wasm:mvn:group/name/1.0.0/wasm} all work, as does whatever else the framework
 * can open. Safe for use by any thread; reading blocks, for at most a minute.
 */
@Component(
        service = URLStreamHandlerService.class,
        property = URLConstants.URL_HANDLER_PROTOCOL + "=" + WasmUrlHandler.PROTOCOL)
public final class WasmUrlHandler extends AbstractURLStreamHandlerService {

    /** The protocol. */
    public static final String PROTOCOL = "wasm";

    private static final String PREFIX = PROTOCOL + ":";
    /** Together below the time that an operation on a module has, so that the reason reaches who asked for it. */
    private static final Download DOWNLOAD = new Download(Duration.ofSeconds(10), Duration.ofSeconds(40));
    // pax-url: mvn:[repository!]group/artifact/version/type
    private static final Pattern MAVEN = Pattern.compile("mvn:(?:.*!)?[^/]+/([^/]+)/([^/]+)(?:/.*)?");

    private final EngineHolder engine;

    /** Wraps what the gateway's engine admits. */
    @Activate
    public WasmUrlHandler(@Reference EngineHolder engine) {
        this.engine = engine;
    }

    @Override
    public URLConnection openConnection(URL url) throws IOException {
        String inner = url.toExternalForm().substring(PREFIX.length());
        try {
            return new Connection(url, inner, new URL(inner));
        } catch (MalformedURLException e) {
            throw new MalformedURLException(
                    "'" + url + "' cannot be opened: expected wasm: and a URL behind it, for example "
                            + "wasm:file:/tmp/filter.wasm (" + e.getMessage() + ")");
        }
    }

    private final class Connection extends URLConnection {
        private final String location;
        private final URL inner;

        private Connection(URL url, String location, URL inner) {
            super(url);
            this.location = location;
            this.inner = inner;
        }

        @Override
        public void connect() {
            // Everything happens when the stream is asked for; there is nothing to keep open.
        }

        @Override
        public InputStream getInputStream() throws IOException {
            int max = Math.toIntExact(engine.get().config().moduleLimits().get(Limit.MODULE_BYTES));
            byte[] wasm = DOWNLOAD.read(inner, max);
            byte[] sidecar = sidecar();
            byte[] bundle = new BundleWrapper(engine.get()).wrap(wasm, sidecar, nameOf(location));
            return new ByteArrayInputStream(bundle);
        }

        /** Only files have a neighbour that can be looked for without guessing. */
        private byte @Nullable [] sidecar() throws IOException {
            if (!inner.getProtocol().equals("file")) {
                return null;
            }
            try {
                return DOWNLOAD.read(new URL(inner.toExternalForm() + ".json"), GuestContract.METADATA_BYTES_MAX);
            } catch (FileNotFoundException e) {
                // Most modules carry their metadata inside.
                return null;
            }
        }
    }

    /** Maven coordinates are brought into the form of a file name, so that they can give name and version. */
    static String nameOf(String location) {
        Matcher maven = MAVEN.matcher(location);
        return maven.matches() ? location + "/" + maven.group(1) + "-" + maven.group(2) + ".wasm" : location;
    }
}
