/* SPDX-License-Identifier: Apache-2.0 */
/** WASM :: engine. */
@NullMarked
package io.bascule.wasm.engine;

import org.jspecify.annotations.NullMarked;
