/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Benchmarks that print ratios against a baseline measured in the same run: the same algorithm in plain Java, a stock
 * Karaf, a peer. {@code ./bascule bench} runs them. Nothing here is a test: tests only show that both sides of a ratio
 * do the same work. {@link io.bascule.karaf.benchmarks.SoakRun} alone judges what it sees, and is run by the integration tests too.
 */
@NullMarked
package io.bascule.karaf.benchmarks;

import org.jspecify.annotations.NullMarked;
