/* SPDX-License-Identifier: Apache-2.0 */
/** access :: shell. */
@NullMarked
package io.bascule.access.shell;

import org.jspecify.annotations.NullMarked;
