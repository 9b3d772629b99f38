/* SPDX-License-Identifier: Apache-2.0 */
/** core :: configuration. */
@NullMarked
package io.bascule.core.configuration;

import org.jspecify.annotations.NullMarked;
