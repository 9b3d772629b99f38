/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Lets generated functions work on the array of their memory. Chicory goes through the {@code Memory} interface at each load
 * and store; here a function keeps the array in a local variable and calls {@link GuestOps} with it. The variable is set
 * again behind everything that may have let the memory grow: calls, and the start of exception handlers.
 */
final class DirectMemory {

    private static final String OPS = Type.getInternalName(GuestOps.class);
    private static final String ARRAY = "[B";
    private static final String MEMORY = FuelTransformer.MEMORY;
    // What neither grows a memory nor calls back into the guest or the host.
    private static final List<String> HARMLESS = List.of(
            OPS,
            FuelTransformer.METER,
            "com/dylibso/chicory/runtime/OpcodeImpl",
            "java/lang/Integer",
            "java/lang/Long");
    private static final List<String> HARMLESS_SHADED =
            List.of("memoryRead", "memoryWrite", "memoryPages", "memoryFill", "readGlobal", "writeGlobal", "throw");
    // Names of accesses with what they take before the memory.
    private static final Map<String, String> ACCESSES = Map.ofEntries(
            Map.entry("memoryReadByte", "(II%s)B"),
            Map.entry("memoryReadShort", "(II%s)S"),
            Map.entry("memoryReadInt", "(II%s)I"),
            Map.entry("memoryReadLong", "(II%s)J"),
            Map.entry("memoryReadFloat", "(II%s)F"),
            Map.entry("memoryReadDouble", "(II%s)D"),
            Map.entry("memoryWriteByte", "(IBI%s)V"),
            Map.entry("memoryWriteShort", "(ISI%s)V"),
            Map.entry("memoryWriteInt", "(III%s)V"),
            Map.entry("memoryWriteLong", "(IJI%s)V"),
            Map.entry("memoryWriteFloat", "(IFI%s)V"),
            Map.entry("memoryWriteDouble", "(IDI%s)V"));

    private DirectMemory() {}

    /** Changes a function; {@code memory} is the variable of its memory parameter, which is never assigned. */
    static void transform(MethodNode method, int memory) {
        List<MethodInsnNode> accesses = accesses(method, memory);
        if (accesses.isEmpty()) {
            return;
        }
        int array = method.maxLocals;
        for (MethodInsnNode access : accesses) {
            ((VarInsnNode) access.getPrevious()).var = array;
            access.owner = OPS;
            access.desc = access.desc.replace(MEMORY, ARRAY);
        }
        for (AbstractInsnNode instruction : method.instructions.toArray()) {
            if (instruction instanceof MethodInsnNode call && mayGrow(call)) {
                method.instructions.insert(call, load(memory, array));
            }
        }
        for (TryCatchBlockNode block : method.tryCatchBlocks) {
            AbstractInsnNode start = block.handler;
            while (start.getNext() != null && start.getNext().getOpcode() < 0) {
                start = start.getNext();
            }
            method.instructions.insert(start, load(memory, array));
        }
        FrameLocals.add(method, array, ARRAY, load(memory, array));
        method.maxStack += 1;
    }

    /** Finds the accesses to the memory of the parameter; those to a second memory stay as they are. */
    private static List<MethodInsnNode> accesses(MethodNode method, int memory) {
        List<MethodInsnNode> accesses = new ArrayList<>();
        for (AbstractInsnNode instruction : method.instructions) {
            if (instruction instanceof MethodInsnNode call
                    && call.owner.endsWith(FuelTransformer.SHADED)
                    && ACCESSES.getOrDefault(call.name, "").formatted(MEMORY).equals(call.desc)
                    && call.getPrevious() instanceof VarInsnNode load
                    && load.getOpcode() == Opcodes.ALOAD
                    && load.var == memory) {
                accesses.add(call);
            }
        }
        return accesses;
    }

    private static boolean mayGrow(MethodInsnNode call) {
        if (HARMLESS.contains(call.owner)) {
            return false;
        }
        return !call.owner.endsWith(FuelTransformer.SHADED)
                || HARMLESS_SHADED.stream().noneMatch(call.name::startsWith);
    }

    private static InsnList load(int memory, int array) {
        InsnList list = new InsnList();
        list.add(new VarInsnNode(Opcodes.ALOAD, memory));
        list.add(new MethodInsnNode(Opcodes.INVOKESTATIC, OPS, "bytes", "(" + MEMORY + ")" + ARRAY, false));
        list.add(new VarInsnNode(Opcodes.ASTORE, array));
        return list;
    }
}
