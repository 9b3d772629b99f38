/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The stage types that the engine brings along: small rules and sinks. {@link io.bascule.core.flow.rule.Rules} lists them by
 * name. A stage is confined to its worker and allocates nothing for each reading of fixed size.
 */
@NullMarked
package io.bascule.core.flow.rule;

import org.jspecify.annotations.NullMarked;
