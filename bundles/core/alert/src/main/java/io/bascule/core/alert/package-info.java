/* SPDX-License-Identifier: Apache-2.0 */
/** core :: alert. */
@NullMarked
package io.bascule.core.alert;

import org.jspecify.annotations.NullMarked;
