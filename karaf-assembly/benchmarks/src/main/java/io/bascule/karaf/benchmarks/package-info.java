/* SPDX-License-Identifier: Apache-2.0 */
/** benchmarks. */
@NullMarked
package io.bascule.karaf.benchmarks;

import org.jspecify.annotations.NullMarked;
