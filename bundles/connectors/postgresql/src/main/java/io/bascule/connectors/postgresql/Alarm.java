/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

/** Hears of what a person should know. Called by the writing thread; must not wait. */
@FunctionalInterface
interface Alarm {
    void raise(String text);
}
