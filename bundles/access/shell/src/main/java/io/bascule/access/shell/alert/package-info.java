/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Commands for alerts: {@code bascule:alert-*}, and the completers of their arguments. A command object lives for one call on
 * one thread; a completer is shared and safe for use by any thread.
 */
@NullMarked
package io.bascule.access.shell.alert;

import org.jspecify.annotations.NullMarked;
