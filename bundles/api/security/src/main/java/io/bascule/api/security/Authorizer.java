/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.security;

import org.osgi.annotation.versioning.ProviderType;

/** Decides whether a subject may do a thing to an object. Deny is the answer when nothing says otherwise. Safe for use by any thread. */
@ProviderType
public interface Authorizer {

    /**
     * Decides.
     *
     * @param subject who asks
     * @param capability what it wants to do
     * @param object the channel name or endpoint it wants to do it to; empty for capabilities without scope
     */
    Decision check(Subject subject, Capability capability, String object);

    /**
     * The answer.
     *
     * @param isAllowed whether the subject may
     * @param reason why, in words for a person; when denied it says which grant is missing and how to give it
     */
    record Decision(boolean isAllowed, String reason) {}
}
