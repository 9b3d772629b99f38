/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.nio.file.Path;

/**
 * Something that was not as it should be when the store was opened, and what was done about it.
 *
 * @param file the file it is about
 * @param text the whole story for people, one line; names the file
 */
public record Finding(Path file, String text) {}
