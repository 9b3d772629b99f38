/* SPDX-License-Identifier: Apache-2.0 */
/** core :: channel. */
@NullMarked
package io.bascule.core.channel;

import org.jspecify.annotations.NullMarked;
