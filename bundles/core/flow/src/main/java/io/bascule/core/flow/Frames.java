/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of frames that have begun and not ended, for each source. They belong to the stage, not to an instance, so that a
 * frame whose halves meet two versions is not lost. Confined to the worker.
 */
final class Frames {

    /** Most sources of frames, such as channels or topics, at one stage. */
    static final int SOURCES_MAX = 1024;

    private final Map<String, byte[]> unfinished = new HashMap<>();
    private String source = "";
    private byte @Nullable [] before;

    /** Returns {@code bytes} with what waited for them before it; that waits no more. */
    byte[] join(String from, byte[] bytes) {
        source = from;
        before = unfinished.remove(from);
        byte[] begun = before;
        if (begun == null) {
            return bytes;
        }
        byte[] joined = Arrays.copyOf(begun, begun.length + bytes.length);
        System.arraycopy(bytes, 0, joined, begun.length, bytes.length);
        return joined;
    }

    /** Keeps what is left for the next bytes from there; false when there are too many sources. */
    boolean keep(String from, byte[] rest) {
        if (unfinished.size() >= SOURCES_MAX && !unfinished.containsKey(from)) {
            return false;
        }
        unfinished.put(from, rest);
        return true;
    }

    /** Takes the last {@link #join} back, for another try with the same bytes. */
    void rollBack() {
        byte[] begun = before;
        if (begun != null) {
            unfinished.put(source, begun);
        }
        before = null;
    }

    Frames copy() {
        Frames copy = new Frames();
        copy.unfinished.putAll(unfinished);
        return copy;
    }
}
