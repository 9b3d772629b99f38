/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodTooLargeException;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Rewrites the classes that Chicory generates: fuel into all of them, because nothing else stops a guest, and shorter ways to
 * memory and through comparisons into the functions of the guest, because that makes them faster.
 */
final class GeneratedCode {

    /** Changes whenever the generated code does; part of the key of the class cache. */
    static final int VERSION = 2;

    private static final String FUNCTION = "func_";

    private GeneratedCode() {}

    /**
     * Returns the class as it is to be loaded.
     *
     * @throws IllegalStateException when the code is not of the shape this version of Chicory generates
     */
    static byte[] transform(byte[] original) {
        try {
            return transform(original, true);
        } catch (MethodTooLargeException e) {
            // An unsigned comparison takes more room this way, and a function may have had none left.
            return transform(original, false);
        }
    }

    private static byte[] transform(byte[] original, boolean isDirect) {
        ClassReader reader = new ClassReader(original);
        ClassNode node = new ClassNode();
        reader.accept(node, ClassReader.EXPAND_FRAMES);
        boolean isChanged = false;
        for (MethodNode method : node.methods) {
            int memory = memoryParameter(method);
            isChanged |= FuelTransformer.transform(node.name, method, memory);
            if (isDirect && memory >= 0 && method.name.startsWith(FUNCTION)) {
                DirectCompare.transform(method);
                DirectMemory.transform(method, memory);
                isChanged = true;
            }
        }
        if (!isChanged) {
            return original;
        }
        ClassWriter writer = new ClassWriter(0);
        node.accept(writer);
        return writer.toByteArray();
    }

    /** Returns the variable of the parameter, negative when there is none. */
    private static int memoryParameter(MethodNode method) {
        int slot = (method.access & Opcodes.ACC_STATIC) != 0 ? 0 : 1;
        for (Type parameter : Type.getArgumentTypes(method.desc)) {
            if (parameter.getDescriptor().equals(FuelTransformer.MEMORY)) {
                return slot;
            }
            slot += parameter.getSize();
        }
        return -1;
    }
}
