/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.internal.ByteClassCollector;
import com.dylibso.chicory.compiler.internal.ClassCollector;
import com.dylibso.chicory.compiler.internal.Compiler;
import com.dylibso.chicory.wasm.Parser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The JVM classes of one module, fuel included.
 *
 * @param main name of the class that is Chicory's machine
 * @param classes bytes by class name, with dots
 */
record GeneratedClasses(String main, Map<String, byte[]> classes) {

    GeneratedClasses {
        classes = Map.copyOf(classes);
    }

    /** Compiles a module that was admitted. Not interruptible; anything may be thrown on hostile input. */
    static GeneratedClasses compile(byte[] wasm) {
        ClassCollector collected = Compiler.builder(Parser.parse(wasm))
                // Huge functions would otherwise run in the interpreter, which ignores interrupts and burns no fuel.
                .withInterpreterFallback(InterpreterFallback.FAIL)
                .withClassCollectorFactory(ByteClassCollector::new)
                .build()
                .compile()
                .collector();
        Map<String, byte[]> classes = new HashMap<>();
        for (Map.Entry<String, byte[]> entry : collected.classBytes().entrySet()) {
            classes.put(entry.getKey().replace('/', '.'), GeneratedCode.transform(entry.getValue()));
        }
        return new GeneratedClasses(collected.mainClassName(), classes);
    }

    /** Returns the classes as bytes. */
    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(main);
            out.writeInt(classes.size());
            for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeInt(entry.getValue().length);
                out.write(entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #encode()} wrote.
     *
     * @throws IOException when the bytes are something else
     */
    static GeneratedClasses decode(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            String main = in.readUTF();
            int count = in.readInt();
            Map<String, byte[]> classes = new HashMap<>();
            for (int i = 0; i < count; i++) {
                String name = in.readUTF();
                int length = in.readInt();
                if (length < 0 || length > in.available()) {
                    throw new IOException("class " + name + " of " + length + " bytes in a shorter file");
                }
                classes.put(name, in.readNBytes(length));
            }
            return new GeneratedClasses(main, classes);
        }
    }
}
