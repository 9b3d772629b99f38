/* SPDX-License-Identifier: Apache-2.0 */
/** driver :: replay. */
@NullMarked
package io.bascule.driver.replay;

import org.jspecify.annotations.NullMarked;
