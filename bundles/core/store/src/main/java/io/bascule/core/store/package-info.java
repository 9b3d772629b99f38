/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The store on SQLite: history and outboxes, a database file each. {@link io.bascule.core.store.StoreFile} owns a file with
 * its only writing thread, which commits what waits as one group; {@link io.bascule.core.store.SqliteHistory} and
 * {@link io.bascule.core.store.SqliteOutboxes} own the tables. Readers have a connection of their own and do not hold the
 * writer up.
 */
@NullMarked
package io.bascule.core.store;

import org.jspecify.annotations.NullMarked;
