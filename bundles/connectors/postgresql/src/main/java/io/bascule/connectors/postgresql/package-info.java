/* SPDX-License-Identifier: Apache-2.0 */
/**
 * History and outboxes in a PostgreSQL database, for gateways that have a server: {@link
 * io.bascule.connectors.postgresql.PostgresStore} is the component, {@link io.bascule.connectors.postgresql.PostgresHistory} and
 * {@link io.bascule.connectors.postgresql.PostgresOutboxes} what it offers, {@link io.bascule.connectors.postgresql.Database} the
 * connection: one thread each writes, in groups; who asks does so on its own thread.
 */
@NullMarked
package io.bascule.connectors.postgresql;

import org.jspecify.annotations.NullMarked;
