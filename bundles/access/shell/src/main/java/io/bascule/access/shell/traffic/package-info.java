/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Commands that show and set how traffic is divided between the versions of a module. A command object lives for one call on
 * one thread; a completer is shared and safe for use by any thread.
 */
@NullMarked
package io.bascule.access.shell.traffic;

import org.jspecify.annotations.NullMarked;
