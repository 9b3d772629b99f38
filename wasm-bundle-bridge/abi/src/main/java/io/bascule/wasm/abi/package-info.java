/* SPDX-License-Identifier: Apache-2.0 */
/** WASM :: abi. */
@NullMarked
package io.bascule.wasm.abi;

import org.jspecify.annotations.NullMarked;
