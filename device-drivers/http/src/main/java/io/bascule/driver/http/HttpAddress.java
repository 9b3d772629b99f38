/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.payload.PayloadField;
import io.bascule.api.channel.payload.PayloadFormats;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a value is at an HTTP device.
 *
 * @param uri what is asked with GET
 * @param field where the value is in the answer
 * @param write how it is written; null when it is not
 */
record HttpAddress(URI uri, PayloadField field, @Nullable Write write) implements Address {

    private static final List<String> METHODS = List.of("PUT", "POST", "PATCH");

    /**
     * How a value is written.
     *
     * @param method the request method
     * @param uri the target
     * @param mediaType of the body
     */
    record Write(String method, URI uri, String mediaType) {}

    /**
     * Understands a channel's address: a path below {@code base}, with a query if need be.
     *
     * @throws IllegalArgumentException when it is none
     */
    static HttpAddress parse(ChannelConfig channel, URI base, PayloadFormats formats) {
        URI uri = resolve(base, "address", channel.address());
        PayloadField field = formats.field(channel);
        String method = channel.text("write", "");
        String writePath = channel.text("writePath", channel.address());
        String mediaType = channel.text("contentType", field.mediaType());
        if (method.isEmpty()) {
            boolean isAlone = channel.options().keySet().stream()
                    .noneMatch(o -> o.equals("writePath") || o.equals("contentType") || o.equals("template"));
            if (!isAlone) {
                throw new IllegalArgumentException(
                        "writePath, contentType and template need the option write, one of " + METHODS);
            }
            return new HttpAddress(uri, field, null);
        }
        if (!METHODS.contains(method)) {
            throw new IllegalArgumentException("write='" + method + "' is none of " + METHODS);
        }
        if (!mediaType.matches("[\\x20-\\x7E]+")) {
            throw new IllegalArgumentException("contentType='" + mediaType + "' is not printable ASCII");
        }
        return new HttpAddress(uri, field, new Write(method, resolve(base, "writePath", writePath), mediaType));
    }

    private static URI resolve(URI base, String what, String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException(
                    what + " '" + path + "' does not begin with '/'; expected a path below " + base);
        }
        try {
            URI uri = URI.create(base + path);
            if (uri.getFragment() != null) {
                throw new IllegalArgumentException(
                        what + " '" + path + "' holds '#'; where in the answer the value is says the option pointer");
            }
            return uri;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    what + " '" + path + "' is not a path of a URL: " + e.getMessage()
                            + "; other characters are written as %XX",
                    e);
        }
    }

    @Override
    public ValueKind kind() {
        return field.kind();
    }

    @Override
    public Channel.Access access() {
        return write == null ? Channel.Access.READ : Channel.Access.READ_WRITE;
    }
}
