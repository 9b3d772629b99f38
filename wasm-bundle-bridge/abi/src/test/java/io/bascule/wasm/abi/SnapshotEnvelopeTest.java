/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SnapshotEnvelopeTest {

    private static final SnapshotEnvelope SNAPSHOT =
            new SnapshotEnvelope("moving-average", "1.2.0-rc.1", 3, new byte[] {1, 2, 3});

    @Test
    void comesBackAsItWas() {
        SnapshotEnvelope back = SnapshotEnvelope.decode(SNAPSHOT.encode());
        assertEquals("moving-average", back.module());
        assertEquals("1.2.0-rc.1", back.version());
        assertEquals(3, back.stateVersion());
        assertArrayEquals(new byte[] {1, 2, 3}, back.state());
    }

    @Test
    void everyChangedBitAndEveryCutIsNoticed() {
        byte[] good = SNAPSHOT.encode();
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            assertThrows(IllegalArgumentException.class, () -> SnapshotEnvelope.decode(bad));
            byte[] cut = Arrays.copyOf(good, i);
            assertThrows(IllegalArgumentException.class, () -> SnapshotEnvelope.decode(cut));
        }
    }

    @Test
    void holdsNoMoreThanTheContractAllows() {
        byte[] most = new byte[GuestContract.SNAPSHOT_BYTES_MAX];
        assertTrue(new SnapshotEnvelope("a", "1.0.0", 0, most).encode().length <= SnapshotEnvelope.BYTES_MAX);
        assertThrows(
                IllegalArgumentException.class,
                () -> new SnapshotEnvelope("a", "1.0.0", 0, new byte[GuestContract.SNAPSHOT_BYTES_MAX + 1]));
    }
}
