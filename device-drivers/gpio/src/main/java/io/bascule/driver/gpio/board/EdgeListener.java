/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.board;

/** Hears of edges. Called by a thread of the library, one edge after the other for a line; must not wait. */
@FunctionalInterface
public interface EdgeListener {

    /**
     * Tells of an edge.
     *
     * @param high the level after it
     * @param timeNanos when it was, nanoseconds since 1970; 0 when the library does not know
     */
    void onEdge(boolean high, long timeNanos);
}
