/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.testkit.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much is put aside on disks of a few MiB. */
class ReserveTest {

    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    @TempDir
    Path parent;

    private static Reserve reserve(SmallDisk disk) {
        return new Reserve(disk.folder().resolve("outbox.db"), 4 * MIB, StoreSettings.PAGES_MAX);
    }

    private static long putAside(SmallDisk disk) {
        return disk.folder().resolve("outbox.reserve").toFile().length();
    }

    @Test
    void aQuarterOfWhatIsFreeIsPutAsideAndMadeLargerWhenItCanBeDoubled() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(parent.resolve("disk"), 24)) {
            Reserve reserve = reserve(disk);
            disk.take(24 * MIB - 2 * MIB);
            reserve.restore();
            assertEquals(MIB / 2, putAside(disk));
            disk.free();
            disk.take(24 * MIB - 3 * MIB);
            reserve.restore();
            assertEquals(MIB / 2, putAside(disk), "a little more is not worth the writing");
            disk.free();
            disk.take(24 * MIB - 4 * MIB);
            reserve.restore();
            assertEquals(MIB, putAside(disk));
            disk.free();
            reserve.restore();
            assertEquals(4 * MIB, putAside(disk), "not more than the most");
        }
    }

    @Test
    void nothingIsPutAsideWhereItWouldBeTooLittle() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(parent.resolve("disk"), 1)) {
            Reserve reserve = reserve(disk);
            disk.take(600 * KIB);
            reserve.restore();
            assertFalse(Files.exists(disk.folder().resolve("outbox.reserve")));
        }
    }

    @Test
    void whatWasGivenUpIsPutAsideAgainAsFarAsTheLogCanDoWithoutIt() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(parent.resolve("disk"), 8)) {
            Reserve reserve = reserve(disk);
            reserve.restore();
            assertEquals(2 * MIB, putAside(disk));
            disk.fill();
            assertTrue(reserve.release());
            assertFalse(reserve.release(), "there is nothing more to give up");
            assertEquals(2 * MIB, disk.usableBytes());
            disk.free();
            disk.take(8 * MIB - 7 * MIB);
            reserve.restore();
            assertEquals(2 * MIB, putAside(disk), "more than a quarter");
        }
    }
}
