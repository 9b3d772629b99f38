/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Commands for grants: {@code bascule:grant}, {@code bascule:revoke} and {@code bascule:grants}, and the completers of their arguments. A command object lives for one call on
 * one thread; a completer is shared and safe for use by any thread.
 */
@NullMarked
package io.bascule.access.shell.grant;

import org.jspecify.annotations.NullMarked;
