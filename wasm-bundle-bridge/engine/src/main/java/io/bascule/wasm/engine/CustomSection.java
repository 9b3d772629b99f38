/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

import java.util.Arrays;

/**
 * Where the content of a custom section lies in the bytes of its module. Holds no bytes, so that describing a module
 * does not keep it in memory.
 *
 * @param name the section's name
 * @param offset index of the first byte of its content in the module, bytes
 * @param length length of its content, bytes
 */
public record CustomSection(String name, int offset, int length) {

    /** Returns a copy of the content; {@code wasm} must be the bytes that were inspected. */
    public byte[] content(byte[] wasm) {
        return Arrays.copyOfRange(wasm, offset, offset + length);
    }
}
