/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import org.jspecify.annotations.Nullable;

/**
 * The declared size of a memory (in pages of 64 KiB) or of a table (in entries).
 *
 * @param min size at the start, 0 to 2^32 - 1
 * @param max largest size it may grow to, or null when the module names none
 */
public record SizeRange(long min, @Nullable Long max) {}
