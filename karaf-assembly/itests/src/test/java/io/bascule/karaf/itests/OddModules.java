/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import com.dylibso.chicory.wabt.Wat2Wasm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** WebAssembly modules that no honest person would install. */
final class OddModules {

    private OddModules() {}

    /** A processor whose {@code process} never ends. */
    static byte[] endless(String name) {
        return module(name, "", "(loop $ever (br $ever)) (i32.const 0)");
    }

    /** A processor that imports an interface which no gateway offers. */
    static byte[] importing(String name, String iface) {
        return module(
                name, "(import \"bascule:gateway/" + iface + "@1.0.0\" \"go\" (func (result i32)))", "(i32.const 0)");
    }

    /** The same module with one more custom section: other bytes, same behaviour. */
    static byte[] changed(byte[] wasm) {
        return withSection(wasm, "note", "changed at " + System.nanoTime());
    }

    /** A processor whose memory has {@code pages} of 64 KiB from the start. */
    static byte[] withMemory(String name, int pages) {
        return module(name, "", "(memory (export \"memory\") " + pages + ")", "", "(i32.const 0)");
    }

    private static byte[] module(String name, String imports, String process) {
        return module(name, imports, "", process);
    }

    /** A processor whose author means harm: text of its imports, of whatever else it has, and of {@code process}. */
    static byte[] module(String name, String imports, String more, String process) {
        return module(name, imports, "(memory (export \"memory\") 1 4)", more, process);
    }

    private static byte[] module(String name, String imports, String memory, String more, String process) {
        byte[] bare = Wat2Wasm.parse("""
                (module
                  %s
                  %s
                  %s
                  (data (i32.const 8) "\\10\\00\\00\\00\\00\\00\\00\\00")
                  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
                  (func (export "configure") (param i32 i32) (result i32) (i32.const 0))
                  (func (export "test") (result i32) (i32.const 0))
                  (func (export "process") (param i32 i32) (result i32) %s)
                  (func (export "snapshot") (result i32) (i32.const 8))
                  (func (export "restore") (param i32 i32) (result i32) (i32.const 0)))
                """.formatted(imports, memory, more, process));
        return withSection(
                bare,
                "bascule",
                ("{\"abi\":1,\"name\":\"%s\",\"version\":\"1.0.0\",\"description\":\"odd\",\"license\":\"Apache-2.0\","
                                + "\"world\":\"processor\",\"stateVersion\":0,\"maxBatch\":64,\"memoryMaxPages\":4}")
                        .formatted(name));
    }

    /**
     * A driver that takes every address as a number that can be read and written, and is connected to nothing: texts of
     * {@code address} and {@code poll}.
     */
    static byte[] driver(String name, String version, String address, String poll) {
        byte[] bare = Wat2Wasm.parse("""
                (module
                  (memory (export "memory") 2 4)
                  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
                  (func (export "configure") (param i32 i32) (result i32) (i32.const 0))
                  (func (export "test") (result i32) (i32.const 0))
                  (func (export "address") (param i32 i32 i32) (result i32) %s)
                  (func (export "plan") (param i32 i32) (result i32) (i32.const 1))
                  (func (export "connect") (param i32) (result i32) (i32.const 0))
                  (func (export "poll") (param i32 i32 i32) (result i32) %s)
                  (func (export "write") (param i32 i32 i32) (result i32) (i32.const -1)))
                """.formatted(address, poll));
        return withSection(
                bare,
                "bascule",
                ("{\"abi\":1,\"name\":\"%s\",\"version\":\"%s\",\"description\":\"odd\",\"license\":\"Apache-2.0\","
                                + "\"world\":\"driver\",\"maxBatch\":64,\"config\":{\"type\":\"object\",\"properties\":{"
                                + "\"endpoint\":{\"type\":\"string\",\"default\":\"\"}}}}")
                        .formatted(name, version));
    }

    private static byte[] withSection(byte[] wasm, String name, String content) {
        byte[] title = name.getBytes(StandardCharsets.UTF_8);
        byte[] body = content.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(wasm);
        out.write(0);
        int rest = 1 + title.length + body.length;
        while (rest >= 0x80) {
            out.write((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        out.write(title.length);
        out.writeBytes(title);
        out.writeBytes(body);
        return out.toByteArray();
    }
}
