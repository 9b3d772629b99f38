/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.security;

/**
 * A pattern over slash-separated names such as channel names: {@code *} stands for any characters within one segment,
 * {@code **} for any characters at all. {@code line1/*} matches {@code line1/speed} but not {@code line1/a/b}.
 *
 * @param text the pattern as written, 1 to {@value #LENGTH_MAX} characters
 */
public record NamePattern(String text) {

    /** Longest pattern and longest name, in characters. */
    public static final int LENGTH_MAX = 256;

    /** Checks the length. */
    public NamePattern {
        if (text.isBlank() || text.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "pattern '" + text + "' must have 1 to " + LENGTH_MAX + " characters, for example 'line1/*'");
        }
    }

    /**
     * Returns the pattern written as {@code text}.
     *
     * @throws IllegalArgumentException when it is empty or too long
     */
    public static NamePattern of(String text) {
        return new NamePattern(text);
    }

    /**
     * Returns whether {@code name} matches as a whole. The work is bounded by pattern length times name length: a regular
     * expression would let a hostile pattern take for ever.
     */
    public boolean matches(String name) {
        if (name.length() > LENGTH_MAX) {
            return false;
        }
        int width = name.length() + 1;
        boolean[] reachable = new boolean[width];
        reachable[0] = true;
        int p = 0;
        while (p < text.length()) {
            char c = text.charAt(p++);
            boolean[] next = new boolean[width];
            if (c == '*') {
                boolean crossesSegments = p < text.length() && text.charAt(p) == '*';
                while (p < text.length() && text.charAt(p) == '*') {
                    p++;
                }
                next[0] = reachable[0];
                for (int i = 1; i < width; i++) {
                    next[i] = reachable[i] || (next[i - 1] && (crossesSegments || name.charAt(i - 1) != '/'));
                }
            } else {
                for (int i = 1; i < width; i++) {
                    next[i] = reachable[i - 1] && name.charAt(i - 1) == c;
                }
            }
            reachable = next;
        }
        return reachable[width - 1];
    }

    @Override
    public String toString() {
        return text;
    }
}
