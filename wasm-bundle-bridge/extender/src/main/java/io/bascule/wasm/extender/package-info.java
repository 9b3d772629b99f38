/* SPDX-License-Identifier: Apache-2.0 */
/** WASM :: extender. */
@NullMarked
package io.bascule.wasm.extender;

import org.jspecify.annotations.NullMarked;
