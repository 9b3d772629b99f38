/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Commands for devices and their channel lists: {@code bascule:device-*}, {@code bascule:channel-export},
 * {@code bascule:channel-import}, and the completers of their arguments. A command object lives for one call on one thread; a
 * completer is shared and safe for use by any thread.
 */
@NullMarked
package io.bascule.access.shell.device;

import org.jspecify.annotations.NullMarked;
