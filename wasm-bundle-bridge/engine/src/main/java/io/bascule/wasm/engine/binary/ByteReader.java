/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.binary;

import io.bascule.wasm.engine.Limit;
import io.bascule.wasm.engine.ModuleLimits;
import io.bascule.wasm.engine.WasmException.Refused;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A cursor over the bytes of a module; every read is checked against the end of what may be read. */
final class ByteReader {

    private final byte[] bytes;
    private int at;
    private int end;

    ByteReader(byte[] bytes) {
        this.bytes = bytes;
        this.end = bytes.length;
    }

    int at() {
        return at;
    }

    int end() {
        return end;
    }

    boolean hasMore() {
        return at < end;
    }

    /** Narrows what may be read to the next {@code length} bytes and returns the former end. */
    int enter(long length, String what) throws Refused {
        if (length > end - at) {
            throw malformed(what + " of " + length + " bytes where only " + (end - at) + " are left");
        }
        int former = end;
        end = at + (int) length;
        return former;
    }

    /** Leaves what was entered; all of it must have been read. */
    void leave(int formerEnd, String what) throws Refused {
        if (at != end) {
            throw malformed(what + " has " + (end - at) + " bytes too many");
        }
        end = formerEnd;
    }

    void skip(long count) throws Refused {
        if (count > end - at) {
            throw malformed("unexpected end: " + count + " bytes expected");
        }
        at += (int) count;
    }

    int u8() throws Refused {
        if (at >= end) {
            throw malformed("unexpected end");
        }
        return bytes[at++] & 0xFF;
    }

    /** Reads an unsigned LEB128 number of at most 32 bits. */
    long u32() throws Refused {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                if (value > 0xFFFF_FFFFL) {
                    throw malformed("number above 2^32 - 1");
                }
                return value;
            }
        }
        throw malformed("number of more than 5 bytes");
    }

    /** Reads a count of things that each take at least one byte, so that it can be trusted as a loop bound. */
    int count(Limit limit, ModuleLimits limits) throws Refused {
        long count = u32();
        if (count > limits.get(limit)) {
            throw Refused.limit(limit, -1, count, limits.get(limit));
        }
        if (count > end - at) {
            throw malformed(count + " " + limit.unit() + " announced where only " + (end - at) + " bytes are left");
        }
        return (int) count;
    }

    /** Skips a signed LEB128 number of at most {@code bits} bits. */
    void skipSigned(int bits) throws Refused {
        for (int i = 0; i < (bits + 6) / 7; i++) {
            if (u8() < 0x80) {
                return;
            }
        }
        throw malformed("number of more than " + bits + " bits");
    }

    String name(ModuleLimits limits) throws Refused {
        int length = count(Limit.NAME_BYTES, limits);
        try {
            String name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, at, length))
                    .toString();
            at += length;
            return name;
        } catch (CharacterCodingException e) {
            throw Refused.malformed("a name at byte " + at + " is not UTF-8", e);
        }
    }

    Refused malformed(String why) {
        return Refused.malformed(why + ", at byte " + at, null);
    }
}
