/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.nio.file.Path;

/**
 * An artefact in the store.
 *
 * @param digest its sha-256, 64 lower-case hexadecimal digits
 * @param size its bytes
 * @param path its file; read it, never write it
 */
public record StoredArtefact(String digest, long size, Path path) {}
