/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What outlives the process: readings for later questions, and messages that wait for a remote end.
 *
 * <p>Main types: {@link io.bascule.api.store.ReadingStore} (history of channels) and {@link io.bascule.api.store.Outboxes}
 * with {@link io.bascule.api.store.Outbox} (store and forward). Both are safe for use by any thread. What is appended is
 * acknowledged by a future, once for each call, when it is as durable as the type says.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.store;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
