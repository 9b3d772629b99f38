/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.MethodNode;

/** Adds local variables to generated methods and to the stack map frames, which are kept and not computed again. */
final class FrameLocals {

    private FrameLocals() {}

    /**
     * Declares a variable of one slot behind all others.
     *
     * @param type as in a {@link FrameNode}
     * @param start what gives it its first value, run once at the start of the method
     */
    static void add(MethodNode method, int slot, Object type, InsnList start) {
        for (AbstractInsnNode instruction : method.instructions) {
            if (instruction instanceof FrameNode frame) {
                frame.local = with(frame.local, slot, type);
            }
        }
        method.instructions.insert(start);
        method.maxLocals = slot + 1;
    }

    private static List<Object> with(List<Object> locals, int slot, Object type) {
        List<Object> extended = new ArrayList<>(locals);
        int slots = 0;
        for (Object local : locals) {
            slots += local.equals(Opcodes.LONG) || local.equals(Opcodes.DOUBLE) ? 2 : 1;
        }
        for (; slots < slot; slots++) {
            extended.add(Opcodes.TOP);
        }
        extended.add(type);
        return extended;
    }
}
