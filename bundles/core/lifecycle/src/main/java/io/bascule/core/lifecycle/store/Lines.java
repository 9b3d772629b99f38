/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Lines with a checksum: eight hexadecimal digits of CRC-32C over the UTF-8 bytes of the text, a space, the text, a line feed.
 *
 * @param texts the texts of the lines that are whole, in order
 * @param goodLength the bytes of the file up to the end of the last whole line
 * @param isTorn whether the file ends in the middle of a line, as after a crash while it was appended to
 * @param damaged how many complete lines are not what was written
 */
record Lines(List<String> texts, long goodLength, boolean isTorn, int damaged) {

    private static final int CHECKSUM_DIGITS = 8;
    private static final int PREFIX = CHECKSUM_DIGITS + 1;

    Lines {
        texts = List.copyOf(texts);
    }

    /** Returns the bytes of one line; {@code text} has no line feed. */
    static byte[] encode(String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        byte[] line = new byte[PREFIX + body.length + 1];
        byte[] digits = checksum(body, 0, body.length).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, line, 0, CHECKSUM_DIGITS);
        line[CHECKSUM_DIGITS] = ' ';
        System.arraycopy(body, 0, line, PREFIX, body.length);
        line[line.length - 1] = '\n';
        return line;
    }

    /** Reads what is left of a file of lines. */
    static Lines read(Disk disk, Path file, int bytesMax) throws StoreException {
        return decode(disk.read(file, bytesMax));
    }

    static Lines decode(byte[] bytes) {
        List<String> texts = new ArrayList<>();
        long goodLength = 0;
        int damaged = 0;
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                if (isWhole(bytes, from, i)) {
                    texts.add(new String(bytes, from + PREFIX, i - from - PREFIX, StandardCharsets.UTF_8));
                    goodLength = i + 1L;
                } else {
                    damaged++;
                }
                from = i + 1;
            }
        }
        return new Lines(texts, goodLength, from < bytes.length, damaged);
    }

    /**
     * Reads a file that is exactly one line.
     *
     * @throws StoreException when it is not
     */
    static String readOne(Disk disk, Path file, int bytesMax) throws StoreException {
        Lines lines = read(disk, file, bytesMax);
        if (lines.texts.size() != 1 || lines.damaged > 0 || lines.isTorn) {
            throw new StoreException("file '" + file + "' is damaged: expected one line that fits its checksum, got "
                    + lines.texts.size() + " and " + lines.damaged + " that do not"
                    + (lines.isTorn ? ", cut off" : ""));
        }
        return lines.texts.get(0);
    }

    private static boolean isWhole(byte[] bytes, int from, int to) {
        if (to - from < PREFIX || bytes[from + CHECKSUM_DIGITS] != ' ') {
            return false;
        }
        String digits = new String(bytes, from, CHECKSUM_DIGITS, StandardCharsets.US_ASCII);
        return digits.equals(checksum(bytes, from + PREFIX, to - from - PREFIX));
    }

    private static String checksum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
