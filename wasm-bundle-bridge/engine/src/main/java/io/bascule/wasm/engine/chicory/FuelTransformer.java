/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Puts fuel into generated classes. Chicory calls {@code checkInterruption()} before every call, at the start of every
 * indirect one, and at every backward branch; each of these becomes a call of {@link Meter}, with the memory that every
 * generated function gets as a parameter and never assigns. The stack map frames are kept, with one local variable more.
 */
final class FuelTransformer {

    private static final String CHECK = "checkInterruption";
    static final String SHADED = "Shaded";
    static final String METER = Type.getInternalName(Meter.class);
    static final String MEMORY = "Lcom/dylibso/chicory/runtime/Memory;";

    private FuelTransformer() {}

    /**
     * Changes a method.
     *
     * @param memory the variable of its memory parameter, negative when it has none
     * @return whether there was anything to change
     * @throws IllegalStateException when the code is not of the shape this version of Chicory generates
     */
    static boolean transform(String owner, MethodNode method, int memory) {
        List<MethodInsnNode> checks = checks(method);
        if (checks.isEmpty()) {
            return false;
        }
        if (memory < 0) {
            throw new IllegalStateException("generated method " + owner + "." + method.name + method.desc
                    + " burns fuel and has no memory parameter");
        }
        int prepaid = method.maxLocals;
        boolean hasLoops = false;
        for (MethodInsnNode check : checks) {
            boolean isLoop = isBackwardBranch(check);
            hasLoops |= isLoop;
            method.instructions.insert(check, isLoop ? burnForLoop(prepaid, memory) : burnForCall(memory));
            method.instructions.remove(check);
        }
        if (hasLoops) {
            addPrepaid(method, prepaid, memory);
        }
        method.maxStack += 2;
        return true;
    }

    private static List<MethodInsnNode> checks(MethodNode method) {
        List<MethodInsnNode> checks = new ArrayList<>();
        for (AbstractInsnNode instruction : method.instructions) {
            if (instruction instanceof MethodInsnNode call && call.name.equals(CHECK) && call.owner.endsWith(SHADED)) {
                checks.add(call);
            }
        }
        return checks;
    }

    private static boolean isBackwardBranch(AbstractInsnNode check) {
        AbstractInsnNode next = check.getNext();
        while (next != null && next.getOpcode() < 0) {
            next = next.getNext();
        }
        if (next == null) {
            return false;
        }
        int opcode = next.getOpcode();
        return opcode == Opcodes.GOTO || opcode == Opcodes.TABLESWITCH || opcode == Opcodes.LOOKUPSWITCH;
    }

    private static InsnList burnForCall(int memory) {
        InsnList list = new InsnList();
        list.add(new VarInsnNode(Opcodes.ALOAD, memory));
        list.add(new MethodInsnNode(Opcodes.INVOKESTATIC, METER, "call", "(" + MEMORY + ")V", false));
        return list;
    }

    private static InsnList burnForLoop(int prepaid, int memory) {
        InsnList list = new InsnList();
        list.add(new VarInsnNode(Opcodes.ILOAD, prepaid));
        list.add(new VarInsnNode(Opcodes.ALOAD, memory));
        list.add(new MethodInsnNode(Opcodes.INVOKESTATIC, METER, "loop", "(I" + MEMORY + ")I", false));
        list.add(new VarInsnNode(Opcodes.ISTORE, prepaid));
        return list;
    }

    /** Declares the variable, zero at the start, in all frames, and gives what is left of it back at every return. */
    private static void addPrepaid(MethodNode method, int prepaid, int memory) {
        for (AbstractInsnNode instruction : method.instructions.toArray()) {
            int opcode = instruction.getOpcode();
            if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
                InsnList refund = new InsnList();
                refund.add(new VarInsnNode(Opcodes.ILOAD, prepaid));
                refund.add(new VarInsnNode(Opcodes.ALOAD, memory));
                refund.add(new MethodInsnNode(Opcodes.INVOKESTATIC, METER, "refund", "(I" + MEMORY + ")V", false));
                method.instructions.insertBefore(instruction, refund);
            }
        }
        InsnList start = new InsnList();
        start.add(new InsnNode(Opcodes.ICONST_0));
        start.add(new VarInsnNode(Opcodes.ISTORE, prepaid));
        FrameLocals.add(method, prepaid, Opcodes.INTEGER, start);
    }
}
