/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A native module to learn from: the moving average of each channel, with a high alarm.
 * {@link io.bascule.samples.average.AverageModule} is the component, {@link io.bascule.samples.average.Average} the work of one
 * stage, confined to one thread at a time.
 */
@NullMarked
package io.bascule.samples.average;

import org.jspecify.annotations.NullMarked;
