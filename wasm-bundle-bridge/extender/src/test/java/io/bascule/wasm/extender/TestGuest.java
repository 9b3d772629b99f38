/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import com.dylibso.chicory.wabt.Wat2Wasm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Small guests, written as WebAssembly text. Each counts the calls of {@code process} at address 16; its snapshot is that
 * count.
 */
public final class TestGuest {

    private String imports = "";
    private String configure = "(i32.const 0)";
    private String test = "(i32.const 0)";
    private String process = "(i32.const 0)";
    private String more = "";
    private String restore = "(i32.store (i32.const 16) (i32.load (local.get 0))) (i32.const 0)";

    private TestGuest() {}

    /** A guest that does nothing wrong. */
    public static TestGuest good() {
        return new TestGuest();
    }

    /** Imports a function of the contract under {@code $function}. */
    public TestGuest importing(String module, String function, String type) {
        imports += "(import \"" + module + "\" \"" + function + "\" (func $" + function + " " + type + "))\n";
        return this;
    }

    /** Imports {@code emit.readings} as {@code $readings}. */
    public TestGuest emitting() {
        return importing("bascule:gateway/emit@1.0.0", "readings", "(param i32 i32) (result i32)");
    }

    public TestGuest configure(String body) {
        configure = body;
        return this;
    }

    public TestGuest test(String body) {
        test = body;
        return this;
    }

    public TestGuest process(String body) {
        process = body;
        return this;
    }

    public TestGuest restore(String body) {
        restore = body;
        return this;
    }

    public TestGuest and(String function) {
        more += function + "\n";
        return this;
    }

    /** Returns the module with its metadata. */
    public byte[] wasm(String metadata) {
        byte[] module = bare();
        byte[] name = "bascule".getBytes(StandardCharsets.UTF_8);
        byte[] json = metadata.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(module);
        out.write(0);
        leb(out, 1 + name.length + json.length);
        out.write(name.length);
        out.writeBytes(name);
        out.writeBytes(json);
        return out.toByteArray();
    }

    private static void leb(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest >= 0x80) {
            out.write((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    /** Returns the module without metadata. */
    public byte[] bare() {
        return Wat2Wasm.parse("""
                (module
                  %s
                  (memory (export "memory") 1 4)
                  (data (i32.const 8) "\\10\\00\\00\\00\\04\\00\\00\\00")
                  (global $next (mut i32) (i32.const 4096))
                  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local $p i32)
                    (local.set $p (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
                    (if (i32.gt_u (i32.add (local.get $p) (local.get 3)) (i32.const 60000))
                      (then (local.set $p (i32.const 4096))))
                    (global.set $next (i32.add (local.get $p) (local.get 3)))
                    (local.get $p))
                  (func (export "configure") (param i32 i32) (result i32) %s)
                  (func (export "test") (result i32) %s)
                  (func (export "process") (param i32 i32) (result i32)
                    (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16)) (i32.const 1)))
                    %s)
                  (func (export "snapshot") (result i32) (i32.const 8))
                  (func (export "restore") (param i32 i32) (result i32) %s)
                  %s)
                """.formatted(imports, configure, test, process, restore, more));
    }
}
