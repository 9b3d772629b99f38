/* SPDX-License-Identifier: Apache-2.0 */
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Puts a module's metadata into its custom section {@code bascule}, replacing an old one:
 * {@code java AddMetadata.java module.json in.wasm out.wasm}.
 */
final class AddMetadata {
    private static final byte[] NAME = "bascule".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 8;

    private AddMetadata() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: java AddMetadata.java module.json in.wasm out.wasm");
        }
        byte[] metadata = Files.readAllBytes(Path.of(args[0]));
        byte[] wasm = Files.readAllBytes(Path.of(args[1]));
        if (wasm.length < HEADER || wasm[0] != 0 || wasm[1] != 'a' || wasm[2] != 's' || wasm[3] != 'm') {
            throw new IOException(args[1] + " is not a WebAssembly module");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(wasm, 0, HEADER);
        int at = HEADER;
        while (at < wasm.length) {
            int start = at;
            int id = wasm[at++];
            long size = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = wasm[at++];
                size |= (b & 127L) << shift;
                if (b >= 0) {
                    break;
                }
            }
            int end = Math.toIntExact(at + size);
            int nameEnd = at + 1 + NAME.length;
            boolean old = id == 0
                    && end >= nameEnd
                    && wasm[at] == NAME.length
                    && Arrays.equals(NAME, Arrays.copyOfRange(wasm, at + 1, nameEnd));
            if (!old) {
                out.write(wasm, start, end - start);
            }
            at = end;
        }
        out.write(0);
        leb(out, 1 + NAME.length + metadata.length);
        leb(out, NAME.length);
        out.write(NAME);
        out.write(metadata);
        Files.write(Path.of(args[2]), out.toByteArray());
    }

    private static void leb(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest > 127) {
            out.write(rest & 127 | 128);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
