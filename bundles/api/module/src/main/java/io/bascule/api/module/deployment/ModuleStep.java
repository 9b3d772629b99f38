/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

/**
 * How one module goes from a generation to the next.
 *
 * @param name the module
 * @param fromVersion version before, empty when it was not there
 * @param toVersion version after, empty when it is removed; the same as before when only its configuration changes
 * @param digest sha-256 of the artefact after, 64 hexadecimal digits; empty when it is removed
 */
public record ModuleStep(String name, String fromVersion, String toVersion, String digest) {

    @Override
    public String toString() {
        return name + " " + (fromVersion.isEmpty() ? "-" : fromVersion) + " -> "
                + (toVersion.isEmpty() ? "-" : toVersion);
    }
}
