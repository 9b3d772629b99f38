/* SPDX-License-Identifier: Apache-2.0 */
/** core :: security. */
@NullMarked
package io.bascule.core.security;

import org.jspecify.annotations.NullMarked;
