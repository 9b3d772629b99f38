/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What every store has to do: {@link io.bascule.testkit.store.ReadingStoreContract} and
 * {@link io.bascule.testkit.store.OutboxContract}, inherited by the tests of each provider. Used by one thread.
 */
@NullMarked
package io.bascule.testkit.store;

import org.jspecify.annotations.NullMarked;
