/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Commands of the Karaf shell for people who run a gateway. This package holds what all commands share:
 * {@link io.bascule.access.shell.GatewayCommand}, {@link io.bascule.access.shell.Table} and
 * {@link io.bascule.access.shell.Json}, and the command {@code bascule:status}; the sub-packages hold the others. A
 * command object lives for one call on one thread. Commands know the API bundles only.
 */
@NullMarked
package io.bascule.access.shell;

import org.jspecify.annotations.NullMarked;
