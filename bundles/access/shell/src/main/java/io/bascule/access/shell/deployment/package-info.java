/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Commands for deployments and generations, and the completers of their arguments. A command object lives for one call on one
 * thread; a completer is shared and safe for use by any thread.
 */
@NullMarked
package io.bascule.access.shell.deployment;

import org.jspecify.annotations.NullMarked;
