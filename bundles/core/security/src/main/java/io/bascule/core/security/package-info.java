/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Grants as configuration, and the one place that decides by them: {@link io.bascule.core.security.ConfiguredGrantRegistry}
 * keeps the grants of PID {@value io.bascule.core.security.ConfiguredGrantRegistry#PID},
 * {@link io.bascule.core.security.GrantAuthorizer} answers who may do what. Reads take no lock; writes go through
 * ConfigAdmin, one at a time.
 */
@NullMarked
package io.bascule.core.security;

import org.jspecify.annotations.NullMarked;
