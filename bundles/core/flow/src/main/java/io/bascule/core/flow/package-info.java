/* SPDX-License-Identifier: Apache-2.0 */
/** core :: flow. */
@NullMarked
package io.bascule.core.flow;

import org.jspecify.annotations.NullMarked;
