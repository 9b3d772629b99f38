/* SPDX-License-Identifier: Apache-2.0 */
/** core :: lifecycle. */
@NullMarked
package io.bascule.core.lifecycle;

import org.jspecify.annotations.NullMarked;
