/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Commands for what is stored: {@code bascule:store-*}, and the completer of their argument. The store is asked for when a command
 * runs and given back at its end, because it opens its files for whoever asks first. A command object lives for one call on one
 * thread; a completer is shared and safe for use by any thread.
 */
@NullMarked
package io.bascule.access.shell.store;

import org.jspecify.annotations.NullMarked;
