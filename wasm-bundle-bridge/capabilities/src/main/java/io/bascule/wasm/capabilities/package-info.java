/* SPDX-License-Identifier: Apache-2.0 */
/** WASM :: capabilities. */
@NullMarked
package io.bascule.wasm.capabilities;

import org.jspecify.annotations.NullMarked;
