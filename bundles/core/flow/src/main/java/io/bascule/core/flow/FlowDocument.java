/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

/** A flow document from configuration, as a service within this bundle. Immutable. */
interface FlowDocument {

    /** Returns where it stands, for messages, for example the PID. */
    String origin();

    /** Returns the JSON text. */
    String text();
}
