/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Lets generated functions compare and branch at once. Chicory calls a method that makes 0 or 1 of a comparison and branches
 * on that. The branch inside is one for all guests of the JVM, so that the JIT compiler takes its odds from the wrong code.
 *
 * <p>Unsigned 32-bit comparisons are made in 64 bits. The usual way, adding 2^31 to both sides, is what the JIT compiler of
 * JDK 17 and before can get wrong (JDK-8376400); Chicory's way around it is a call that cannot be inlined.
 */
final class DirectCompare {

    private static final String OPCODES = "com/dylibso/chicory/runtime/OpcodeImpl";
    private static final String OPS = Type.getInternalName(GuestOps.class);
    private static final Set<String> UNSIGNED = Set.of("I32_LT_U", "I32_LE_U", "I32_GT_U", "I32_GE_U");
    private static final int STACK_MORE = 4;
    private static final long LOW_BITS = 0xffff_ffffL;

    /** What compares two operands, and the jump that is taken when the comparison holds. */
    private record Comparison(int compare, int jump) {}

    private static final Map<String, Comparison> COMPARISONS = Map.ofEntries(
            Map.entry("I32_EQ", new Comparison(Opcodes.NOP, Opcodes.IF_ICMPEQ)),
            Map.entry("I32_NE", new Comparison(Opcodes.NOP, Opcodes.IF_ICMPNE)),
            Map.entry("I32_LT_S", new Comparison(Opcodes.NOP, Opcodes.IF_ICMPLT)),
            Map.entry("I32_LE_S", new Comparison(Opcodes.NOP, Opcodes.IF_ICMPLE)),
            Map.entry("I32_GT_S", new Comparison(Opcodes.NOP, Opcodes.IF_ICMPGT)),
            Map.entry("I32_GE_S", new Comparison(Opcodes.NOP, Opcodes.IF_ICMPGE)),
            // The operands come out of the conversion the other way round.
            Map.entry("I32_LT_U", new Comparison(Opcodes.LCMP, Opcodes.IFGT)),
            Map.entry("I32_LE_U", new Comparison(Opcodes.LCMP, Opcodes.IFGE)),
            Map.entry("I32_GT_U", new Comparison(Opcodes.LCMP, Opcodes.IFLT)),
            Map.entry("I32_GE_U", new Comparison(Opcodes.LCMP, Opcodes.IFLE)),
            Map.entry("I64_EQ", new Comparison(Opcodes.LCMP, Opcodes.IFEQ)),
            Map.entry("I64_NE", new Comparison(Opcodes.LCMP, Opcodes.IFNE)),
            Map.entry("I64_LT_S", new Comparison(Opcodes.LCMP, Opcodes.IFLT)),
            Map.entry("I64_LE_S", new Comparison(Opcodes.LCMP, Opcodes.IFLE)),
            Map.entry("I64_GT_S", new Comparison(Opcodes.LCMP, Opcodes.IFGT)),
            Map.entry("I64_GE_S", new Comparison(Opcodes.LCMP, Opcodes.IFGE)),
            // A comparison with NaN must not hold, except NE: less goes with "g", greater with "l".
            Map.entry("F32_EQ", new Comparison(Opcodes.FCMPL, Opcodes.IFEQ)),
            Map.entry("F32_NE", new Comparison(Opcodes.FCMPL, Opcodes.IFNE)),
            Map.entry("F32_LT", new Comparison(Opcodes.FCMPG, Opcodes.IFLT)),
            Map.entry("F32_LE", new Comparison(Opcodes.FCMPG, Opcodes.IFLE)),
            Map.entry("F32_GT", new Comparison(Opcodes.FCMPL, Opcodes.IFGT)),
            Map.entry("F32_GE", new Comparison(Opcodes.FCMPL, Opcodes.IFGE)),
            Map.entry("F64_EQ", new Comparison(Opcodes.DCMPL, Opcodes.IFEQ)),
            Map.entry("F64_NE", new Comparison(Opcodes.DCMPL, Opcodes.IFNE)),
            Map.entry("F64_LT", new Comparison(Opcodes.DCMPG, Opcodes.IFLT)),
            Map.entry("F64_LE", new Comparison(Opcodes.DCMPG, Opcodes.IFLE)),
            Map.entry("F64_GT", new Comparison(Opcodes.DCMPL, Opcodes.IFGT)),
            Map.entry("F64_GE", new Comparison(Opcodes.DCMPL, Opcodes.IFGE)));

    private DirectCompare() {}

    /** Changes a function. */
    static void transform(MethodNode method) {
        for (AbstractInsnNode instruction : method.instructions.toArray()) {
            if (instruction instanceof JumpInsnNode jump
                    && (jump.getOpcode() == Opcodes.IFEQ || jump.getOpcode() == Opcodes.IFNE)) {
                fuse(method, jump);
            }
        }
        for (AbstractInsnNode instruction : method.instructions) {
            if (instruction instanceof MethodInsnNode call && UNSIGNED.contains(nameOf(call))) {
                call.name = nameOf(call);
                call.owner = OPS;
            }
        }
        method.maxStack += STACK_MORE;
    }

    /** Returns the name of the comparison in {@link com.dylibso.chicory.runtime.OpcodeImpl}, or an empty string. */
    private static String nameOf(AbstractInsnNode instruction) {
        if (!(instruction instanceof MethodInsnNode call)) {
            return "";
        } else if (call.owner.equals(OPCODES)) {
            return call.name;
        }
        return call.owner.endsWith(FuelTransformer.SHADED) && call.name.equals("i32_ge_u") ? "I32_GE_U" : "";
    }

    private static void fuse(MethodNode method, JumpInsnNode jump) {
        AbstractInsnNode before = jump.getPrevious();
        while (before != null && nameOf(before).equals("I32_EQZ")) {
            jump.setOpcode(opposite(jump.getOpcode()));
            method.instructions.remove(before);
            before = jump.getPrevious();
        }
        if (before == null) {
            return;
        }
        String name = nameOf(before);
        Comparison comparison = COMPARISONS.get(name);
        if (comparison != null) {
            method.instructions.insert(before, comparing(name, comparison));
            method.instructions.remove(before);
            jump.setOpcode(jump.getOpcode() == Opcodes.IFNE ? comparison.jump : opposite(comparison.jump));
        } else if (name.equals("I64_EQZ")) {
            method.instructions.insertBefore(before, new InsnNode(Opcodes.LCONST_0));
            method.instructions.set(before, new InsnNode(Opcodes.LCMP));
            jump.setOpcode(opposite(jump.getOpcode()));
        }
    }

    private static InsnList comparing(String name, Comparison comparison) {
        InsnList list = new InsnList();
        if (UNSIGNED.contains(name)) {
            widen(list);
            list.add(new InsnNode(Opcodes.DUP2_X1));
            list.add(new InsnNode(Opcodes.POP2));
            widen(list);
        }
        if (comparison.compare != Opcodes.NOP) {
            list.add(new InsnNode(comparison.compare));
        }
        return list;
    }

    private static void widen(InsnList list) {
        list.add(new InsnNode(Opcodes.I2L));
        list.add(new LdcInsnNode(LOW_BITS));
        list.add(new InsnNode(Opcodes.LAND));
    }

    private static int opposite(int jump) {
        // In pairs from IFEQ on: IFNE follows IFEQ, IFGE follows IFLT, and so on.
        return ((jump - Opcodes.IFEQ) ^ 1) + Opcodes.IFEQ;
    }
}
