/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.payload.PayloadField;
import io.bascule.api.channel.payload.PayloadFormats;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.eclipse.californium.core.coap.MediaTypeRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Where a value is at a CoAP device.
 *
 * @param uri the resource that is asked with GET or observed
 * @param accept the content format that is asked for; {@link #ANY} for whatever the device has
 * @param field where the value is in the answer
 * @param write how it is written; null when it is not
 */
record CoapAddress(
        URI uri, int accept, PayloadField field, @Nullable Write write) implements Address {

    /** No content format is asked for. */
    static final int ANY = -1;

    private static final int FORMAT_MAX = 65_535;
    private static final List<String> METHODS = List.of("PUT", "POST");
    private static final List<String> OF_WRITES = List.of("writePath", "contentFormat", "template");
    private static final Map<String, Integer> FORMATS = Map.of(
            "application/json", MediaTypeRegistry.APPLICATION_JSON,
            "application/octet-stream", MediaTypeRegistry.APPLICATION_OCTET_STREAM);

    /**
     * How a value is written.
     *
     * @param isPut whether by PUT, otherwise by POST
     * @param uri the target
     * @param contentFormat of the payload, 0 to 65535 (section 12.3)
     */
    record Write(boolean isPut, URI uri, int contentFormat) {}

    /**
     * Understands a channel's address: a path below {@code base}, with a query if need be.
     *
     * @throws IllegalArgumentException when it is none
     */
    static CoapAddress parse(ChannelConfig channel, URI base, PayloadFormats formats) {
        URI uri = resolve(base, "address", channel.address());
        PayloadField field = formats.field(channel);
        int accept = channel.text("accept", "").isEmpty() ? ANY : channel.integer("accept", 0, 0, FORMAT_MAX);
        String method = channel.text("write", "");
        String writePath = channel.text("writePath", channel.address());
        int contentFormat = channel.integer(
                "contentFormat", FORMATS.getOrDefault(field.mediaType(), MediaTypeRegistry.TEXT_PLAIN), 0, FORMAT_MAX);
        if (method.isEmpty()) {
            if (channel.options().keySet().stream().anyMatch(OF_WRITES::contains)) {
                throw new IllegalArgumentException(OF_WRITES + " need the option write, one of " + METHODS);
            }
            return new CoapAddress(uri, accept, field, null);
        }
        if (!METHODS.contains(method)) {
            throw new IllegalArgumentException("write='" + method + "' is none of " + METHODS);
        }
        return new CoapAddress(
                uri,
                accept,
                field,
                new Write(method.equals("PUT"), resolve(base, "writePath", writePath), contentFormat));
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
                        "it holds '#'; where in the answer the value is says the option pointer");
            }
            return uri;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    what + " '" + path + "' is not a path of a resource: " + e.getMessage()
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
