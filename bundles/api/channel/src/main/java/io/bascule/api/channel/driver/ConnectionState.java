/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

/**
 * Where the connection to a device stands.
 *
 * <pre>
 * DISCONNECTED → CONNECTING → CONNECTED
 *                 ↑      ↓       ↓
 *                BACKING_OFF ←───┘          any → CLOSED, which is final
 * </pre>
 */
public enum ConnectionState {
    /** Nothing was tried yet. */
    DISCONNECTED,
    /** A connection is being made, or it is there and the device has not answered yet. */
    CONNECTING,
    /** The device answers. */
    CONNECTED,
    /** It did not, and the next attempt waits for its time. */
    BACKING_OFF,
    /** The device was removed from the configuration, or its driver stopped. */
    CLOSED
}
