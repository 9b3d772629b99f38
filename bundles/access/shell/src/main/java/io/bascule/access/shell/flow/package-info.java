/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Commands for flows: {@code bascule:flow-*}, and the completers of their arguments. A command object lives for one call on
 * one thread; a completer is shared and safe for use by any thread.
 */
@NullMarked
package io.bascule.access.shell.flow;

import org.jspecify.annotations.NullMarked;
