/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The rules of the repository as tests: layers, names, exports, features, documentation, tokens, and that the portable
 * bundles resolve on Eclipse Kura. Only tests live here; they read the checkout and the bundles' {@code target} folders,
 * change nothing, and may run in parallel.
 */
@NullMarked
package io.bascule.karaf.conformance;

import org.jspecify.annotations.NullMarked;
