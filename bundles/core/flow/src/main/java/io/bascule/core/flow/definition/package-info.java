/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Flow documents: from JSON text to a checked {@link io.bascule.core.flow.definition.FlowDefinition}, with every problem
 * reported at once. Main types: {@link io.bascule.core.flow.definition.FlowParser}, {@link
 * io.bascule.core.flow.definition.GraphCheck}, {@link io.bascule.core.flow.definition.Fields}. Values are immutable; readers
 * are confined to one thread.
 */
@NullMarked
package io.bascule.core.flow.definition;

import org.jspecify.annotations.NullMarked;
