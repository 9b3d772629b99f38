/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.eclipse.milo.opcua.stack.core.UaRuntimeException;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExpandedNodeId;

/**
 * A variable of a server, or one element of an array.
 *
 * @param node as it is written in OPC 10000-6 section 5.3.1.10, with the index or the URI of its namespace
 * @param kind type of the channel; numbers are converted
 * @param element index in the array, -1 when the value is no array
 * @param deadband smallest change that the server is asked to tell of, in the server's unit; 0 for every one
 * @param sampling how often the server looks for a new value; zero for the publishing interval
 * @param queueSize most values that the server keeps between two messages
 */
record NodeAddress(ExpandedNodeId node, ValueKind kind, int element, double deadband, Duration sampling, int queueSize)
        implements Address {

    /** Value of {@link #element} when the value is no array. */
    static final int NO_ELEMENT = -1;

    private static final int ELEMENT_MAX = 1_000_000;
    private static final int QUEUE_MAX = 1000;
    private static final int QUEUE = 10;

    /**
     * Reads an address and its options.
     *
     * @throws IllegalArgumentException when it is none; says what was expected
     */
    static NodeAddress parse(ChannelConfig channel) {
        ValueKind kind = kind(channel.text("type", ValueKind.F64.word()));
        int element = channel.integer("element", NO_ELEMENT, NO_ELEMENT, ELEMENT_MAX);
        int queueSize = channel.integer("queue", QUEUE, 1, QUEUE_MAX);
        Duration sampling = channel.time("sampling", Duration.ZERO);
        return new NodeAddress(node(channel.address()), kind, element, deadband(channel), sampling, queueSize);
    }

    /**
     * Reads a node.
     *
     * @throws IllegalArgumentException when it is none; says what was expected
     */
    static ExpandedNodeId node(String written) {
        ExpandedNodeId node;
        try {
            node = ExpandedNodeId.parse(written.strip());
        } catch (UaRuntimeException e) {
            throw new IllegalArgumentException(expected(written), e);
        }
        if (!node.isLocal()) {
            throw new IllegalArgumentException("'" + written + "' is a node of another server");
        }
        return node;
    }

    private static String expected(String written) {
        return "'" + written + "' is no node; expected for example ns=2;s=Line1.Temperature, ns=3;i=1001 or"
                + " nsu=http://maker.example/machine;s=Temperature";
    }

    private static ValueKind kind(String word) {
        for (ValueKind kind : ValueKind.values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("type='" + word + "' is none of "
                + Arrays.stream(ValueKind.values())
                        .map(k -> k.name().toLowerCase(Locale.ROOT))
                        .toList());
    }

    /**
     * Returns the channel's deadband in the server's unit, where the server can do what the runtime does: a percentage means
     * something else to it, and what must be told again after a while must arrive.
     */
    private static double deadband(ChannelConfig channel) {
        String written = channel.text("deadband", "0");
        boolean isAgain = !channel.time("maxInterval", Duration.ZERO).isZero();
        double scale = channel.number("scale", 1);
        if (written.endsWith("%") || isAgain || scale == 0) {
            return 0;
        }
        try {
            double deadband = Double.parseDouble(written) / Math.abs(scale);
            return deadband > 0 && Double.isFinite(deadband) ? deadband : 0;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("deadband='" + written + "' is not a number", e);
        }
    }

    /** Returns the element as OPC 10000-4 section 7.27 writes it; null when the value is no array. */
    @org.jspecify.annotations.Nullable
    String range() {
        return element == NO_ELEMENT ? null : Integer.toString(element);
    }

    @Override
    public Channel.Access access() {
        return Channel.Access.READ_WRITE;
    }
}
