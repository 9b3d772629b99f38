/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Our memory against Chicory's: the same results, and a trap wherever that one traps. */
class FlatMemoryTest {

    private static final int PAGES = 3;
    private static final int SIZE = PAGES * Memory.PAGE_SIZE;
    // What a trap looks like when both are compared.
    private static final Object TRAP = "trap";

    private static final int FIRST_WRITE = 9;

    private static boolean isOutside(int kind, int at, int from, int size) {
        long width =
                switch (kind) {
                    case 9 -> 1;
                    case 10 -> 2;
                    case 11, 13 -> 4;
                    case 12, 14 -> 8;
                    default -> Integer.toUnsignedLong(size);
                };
        boolean isSourceOutside = kind == 15 && Integer.toUnsignedLong(from) + width > SIZE;
        return isSourceOutside || Integer.toUnsignedLong(at) + width > SIZE;
    }

    private static FlatMemory flat(int initial, int max, long budget) {
        Meter meter = new Meter();
        meter.begin(Long.MAX_VALUE);
        return new FlatMemory(new MemoryLimits(initial, max), max, meter, new PageBudget(budget).new Lease());
    }

    private static Object outcome(Function<Memory, Object> access, Memory memory) {
        try {
            return access.apply(memory);
        } catch (RuntimeException e) {
            return TRAP;
        }
    }

    private static Object run(Runnable access) {
        access.run();
        return "done";
    }

    /** An address that is more often than not near something interesting. */
    private static int address(Random random) {
        int near = random.nextInt(24) - 12;
        return switch (random.nextInt(6)) {
            case 0 -> near;
            case 1 -> SIZE + near;
            case 2 -> Memory.PAGE_SIZE + near;
            case 3 -> Integer.MAX_VALUE - random.nextInt(12);
            case 4 -> Integer.MIN_VALUE + random.nextInt(12);
            default -> random.nextInt(SIZE);
        };
    }

    @Test
    void behavesLikeChicorysMemoryOnRandomAccesses() {
        FlatMemory flat = flat(PAGES, PAGES, PAGES);
        ByteArrayMemory paged = new ByteArrayMemory(new MemoryLimits(PAGES, PAGES));
        DataSegment[] segments = {new PassiveDataSegment(new byte[] {1, 2, 3, 4, 5})};
        flat.initialize(null, segments);
        paged.initialize(null, segments.clone());
        Random random = new Random(20260110);
        for (int i = 0; i < 40_000; i++) {
            int at = address(random);
            int from = address(random);
            int size = random.nextBoolean() ? random.nextInt(300) : address(random);
            long bits = random.nextLong();
            int kind = random.nextInt(17);
            Function<Memory, Object> access = memory -> switch (kind) {
                case 0 -> memory.read(at);
                case 1 -> memory.readShort(at);
                case 2 -> memory.readU16(at);
                case 3 -> memory.readInt(at);
                case 4 -> memory.readLong(at);
                case 5 -> Float.floatToRawIntBits(memory.readFloat(at));
                case 6 -> Double.doubleToRawLongBits(memory.readDouble(at));
                case 7 -> memory.readF32(at);
                case 8 -> memory.readF64(at);
                case 9 -> run(() -> memory.writeByte(at, (byte) bits));
                case 10 -> run(() -> memory.writeShort(at, (short) bits));
                case 11 -> run(() -> memory.writeI32(at, (int) bits));
                case 12 -> run(() -> memory.writeLong(at, bits));
                case 13 -> run(() -> memory.writeF32(at, Float.intBitsToFloat((int) bits & 0x7F7F_FFFF)));
                case 14 -> run(() -> memory.writeF64(at, Double.longBitsToDouble(bits & 0x7FEF_FFFF_FFFF_FFFFL)));
                case 15 -> run(() -> memory.copy(at, from, size));
                default -> run(() -> memory.fill((byte) bits, at, at + size));
            };
            String step = "step " + i + " kind " + kind + " at " + at + " from " + from + " size " + size;
            if (kind >= FIRST_WRITE && isOutside(kind, at, from, size)) {
                // The standard says that nothing is written then; the paged memory may have written a part.
                assertEquals(TRAP, outcome(access, flat), step);
            } else {
                assertEquals(outcome(access, paged), outcome(access, flat), step);
            }
        }
        assertArrayEquals(paged.readBytes(0, SIZE), flat.readBytes(0, SIZE));
    }

    @Test
    void boundsOfBulkInstructionsAreThoseOfTheStandard() {
        FlatMemory memory = flat(1, 1, 1);
        memory.initialize(null, new DataSegment[] {new PassiveDataSegment(new byte[] {7, 8, 9})});
        memory.fill((byte) 1, Memory.PAGE_SIZE, Memory.PAGE_SIZE);
        memory.copy(Memory.PAGE_SIZE, Memory.PAGE_SIZE, 0);
        memory.initPassiveSegment(0, Memory.PAGE_SIZE, 3, 0);
        memory.initPassiveSegment(0, 10, 1, 2);
        assertEquals(9, memory.read(11));
        assertThrows(GuestStop.class, () -> memory.initPassiveSegment(0, 0, 2, 2));
        assertThrows(GuestStop.class, () -> memory.fill((byte) 1, Memory.PAGE_SIZE + 1, Memory.PAGE_SIZE + 1));
        assertThrows(GuestStop.class, () -> memory.fill((byte) 1, 8, 4));
        assertThrows(GuestStop.class, () -> memory.copy(0, Integer.MAX_VALUE, Integer.MAX_VALUE));
        memory.drop(0);
        memory.initPassiveSegment(0, 0, 0, 0);
        assertThrows(GuestStop.class, () -> memory.initPassiveSegment(0, 0, 0, 1));
        memory.copy(1, 0, 100);
        memory.copy(0, 1, 100);
    }

    @Test
    void growsWithinCapAndBudgetAndKeepsWhatWasWritten() {
        FlatMemory memory = flat(1, 4, 3);
        memory.writeI32(65_532, 42);
        assertEquals(1, memory.grow(1));
        assertEquals(42, memory.readInt(65_532));
        assertEquals(0, memory.readInt(65_536));
        assertEquals(-1, memory.grow(2), "the budget has one left");
        assertEquals(2, memory.grow(1));
        assertEquals(-1, memory.grow(Integer.MAX_VALUE));
        assertEquals(-1, memory.grow(Integer.MIN_VALUE));
        assertEquals(3, memory.pages());
        memory.release();
        assertEquals(0, memory.pages());
    }
}
