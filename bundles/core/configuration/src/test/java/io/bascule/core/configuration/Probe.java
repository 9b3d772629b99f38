/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.configuration;

/** A component of the test: what it is configured with shows as the properties of its service. */
public final class Probe implements Runnable {
    @Override
    public void run() {}
}
