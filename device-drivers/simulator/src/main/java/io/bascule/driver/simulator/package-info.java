/* SPDX-License-Identifier: Apache-2.0 */
/** driver :: simulator. */
@NullMarked
package io.bascule.driver.simulator;

import org.jspecify.annotations.NullMarked;
