/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tests that boot the real distribution as a process of its own, in a temporary folder on free loopback ports, and drive it
 * as a person does: over its shell, its web console, its files and its signals. Every wait has a bound.
 */
@NullMarked
package io.bascule.karaf.itests;

import org.jspecify.annotations.NullMarked;
